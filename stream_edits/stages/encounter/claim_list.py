"""The list of a member with many claims, in parts, so that an event reads and writes few of them.

A list of up to ``MOST`` claims is one value. A longer one is a tree: a claim is in the part whose
path is the start of the digest of its id, and a part with more than ``MOST_IN_PART`` claims becomes
a branch with 16 parts. A branch knows the earliest date in each of its parts, so that expired
claims are found without a look at the others. Beside the tree, the ids of the claims under each
listing key are kept in a tree of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b

from stream_edits.domain.member_state import ListBranch, ListedClaim, ListPart
from stream_edits.stages.shared.memory import MemberMemory

# Up to here one value is faster than parts.
MOST = 32
# An event reads and writes one part by claim id, and all parts under a listing key.
MOST_IN_PART = 8
_DIGITS = "0123456789abcdef"
# Claims under a listing key do not expire there.
_ANY_DAY = date(1970, 1, 1)

_Leaf = dict[str, ListedClaim]
_Branch = list[date | None]


class ClaimList:
    """A member's claims by id, in parts. Nothing is stored before ``keep``.

    ``claims`` is the whole list if it is not in parts yet.
    """

    def __init__(
        self, memory: MemberMemory, member_id: str, claims: Sequence[ListedClaim] | None = None
    ) -> None:
        self._memory = memory
        self._member_id = member_id
        self._all = _Tree(memory, member_id)
        self._by_key: dict[str, _Tree] = {}
        if claims is not None:
            self._all.start(claims)
            for each in claims:
                self._list(each.claim_id, each.listing_keys)

    def __len__(self) -> int:
        return self._all.claims

    def __iter__(self) -> Iterator[ListedClaim]:
        return iter(self._all)

    def __contains__(self, claim_id: str) -> bool:
        return self._all.get(claim_id) is not None

    def get(self, claim_id: str) -> ListedClaim | None:
        """The entry of a claim, None if it is not listed."""
        return self._all.get(claim_id)

    def __getitem__(self, claim_id: str) -> ListedClaim:
        found = self._all.get(claim_id)
        if found is None:
            raise KeyError("the claim is not listed")
        return found

    def __setitem__(self, claim_id: str, listed: ListedClaim) -> None:
        before = self._all.get(claim_id)
        if before != listed:
            self._all.put(listed)
            was = before.listing_keys if before else ()
            self._unlist(claim_id, [key for key in was if key not in listed.listing_keys])
            self._list(claim_id, [key for key in listed.listing_keys if key not in was])

    def __delitem__(self, claim_id: str) -> None:
        self._unlist(claim_id, self[claim_id].listing_keys)
        self._all.remove(claim_id)

    def under(self, key: str) -> list[str]:
        """The ids of the claims that are listed under a key."""
        return [each.claim_id for each in self._tree(key)]

    def before(self, oldest: date) -> list[str]:
        """The ids of the claims whose newest event is older than ``oldest``."""
        return [each.claim_id for each in self._all.before(oldest)]

    def keep(self) -> None:
        """Store every part that changed."""
        for tree in (self._all, *self._by_key.values()):
            tree.keep()

    def _tree(self, key: str) -> "_Tree":
        if key not in self._by_key:
            self._by_key[key] = _Tree(self._memory, self._member_id, key)
        return self._by_key[key]

    def _list(self, claim_id: str, keys: Iterable[str]) -> None:
        for key in keys:
            self._tree(key).put(ListedClaim(claim_id, _ANY_DAY, ()))

    def _unlist(self, claim_id: str, keys: Iterable[str]) -> None:
        for key in keys:
            self._tree(key).remove(claim_id)


class _Tree:
    """Claims by id in parts: the member's whole list, or what is listed under a key."""

    def __init__(self, memory: MemberMemory, member_id: str, key: str = "") -> None:
        self._memory = memory
        self._member_id = member_id
        self._key = key
        self._most = MOST if key else MOST_IN_PART
        self._before: dict[str, ListPart] = {}
        # The parts read so far, by path.
        self._leaves: dict[str, _Leaf] = {}
        self._branches: dict[str, _Branch] = {}
        self._changed: set[str] = set()
        self.claims = self._load("")

    def start(self, claims: Sequence[ListedClaim]) -> None:
        """Begin with these claims, whatever is stored."""
        self._leaves = {"": {each.claim_id: each for each in claims}}
        self._branches = {}
        self._changed = {""}
        self.claims = len(claims)

    def get(self, claim_id: str) -> ListedClaim | None:
        """The entry of a claim, None if there is none."""
        return self._leaves[self._path_of(claim_id)].get(claim_id)

    def put(self, listed: ListedClaim) -> None:
        """Add an entry, or replace the one of the same claim."""
        path = self._path_of(listed.claim_id)
        leaf = self._leaves[path]
        if listed.claim_id not in leaf:
            self._count(1)
        leaf[listed.claim_id] = listed
        self._changed.add(path)
        # So that the entry is found before it is stored. `keep` makes the dates exact.
        while path:
            path, place = path[:-1], _DIGITS.index(path[-1])
            earliest = self._branches[path][place]
            self._note(path, place, min(earliest or listed.newest, listed.newest))

    def remove(self, claim_id: str) -> None:
        """Remove the entry of a claim, if there is one."""
        path = self._path_of(claim_id)
        if self._leaves[path].pop(claim_id, None) is not None:
            self._count(-1)
            self._changed.add(path)

    def __iter__(self) -> Iterator[ListedClaim]:
        return self.before(None)

    def before(self, oldest: date | None, path: str = "") -> Iterator[ListedClaim]:
        """Every claim whose newest event is older than ``oldest``, or every claim."""
        if self._is_branch(path):
            for digit, earliest in zip(_DIGITS, self._branches[path], strict=True):
                if earliest is not None and (oldest is None or earliest < oldest):
                    yield from self.before(oldest, path + digit)
        else:
            for each in self._leaves[path].values():
                if oldest is None or each.newest < oldest:
                    yield each

    def keep(self) -> None:
        """Store every part that changed, the lower ones first."""
        while self._changed:
            path = max(self._changed, key=len)
            leaf = self._leaves.get(path)
            if leaf is not None and len(leaf) > self._most:
                self._split(path)
                continue
            self._changed.remove(path)
            dates = self._branches[path] if leaf is None else [x.newest for x in leaf.values()]
            earliest = min((day for day in dates if day is not None), default=None)
            part: ListPart = ()
            if earliest is not None:
                part = ListBranch(self.claims, tuple(dates)) if leaf is None else (*leaf.values(),)
            self._store(path, part)
            if path:
                self._note(path[:-1], _DIGITS.index(path[-1]), earliest)

    def _store(self, path: str, part: ListPart) -> None:
        if part != self._before.get(path, ()):
            self._memory.keep_listed(part, self._member_id, *self._place(path))
            self._before[path] = part

    def _note(self, path: str, place: int, earliest: date | None) -> None:
        """Tell a branch the earliest date in one of its parts."""
        branch = self._branches[path]
        if branch[place] != earliest:
            branch[place] = earliest
            self._changed.add(path)

    def _split(self, path: str) -> None:
        leaf = self._leaves.pop(path)
        self._branches[path] = [None] * len(_DIGITS)
        for claim_id, listed in leaf.items():
            below = _digest(claim_id)[: len(path) + 1]
            self._leaves.setdefault(below, {})[claim_id] = listed
            self._changed.add(below)

    def _count(self, more: int) -> None:
        self.claims += more
        if "" in self._branches:
            self._changed.add("")

    def _path_of(self, claim_id: str) -> str:
        """The path of the part that a claim is in, or would be in. It has been read."""
        digest, path = _digest(claim_id), ""
        while self._is_branch(path):
            path = digest[: len(path) + 1]
        return path

    def _is_branch(self, path: str) -> bool:
        if path not in self._leaves and path not in self._branches:
            self._load(path)
        return path in self._branches

    def _load(self, path: str) -> int:
        """Read a part. Returns the number of claims in it, or as a branch has it, in its tree."""
        found = self._memory.listed(self._member_id, *self._place(path))
        self._before[path] = found
        if isinstance(found, ListBranch):
            self._branches[path] = list(found.oldest)
            return found.claims
        self._leaves[path] = {each.claim_id: each for each in found}
        return len(found)

    def _place(self, path: str) -> tuple[str, ...]:
        return (self._key, path) if self._key or path else ()


@lru_cache(maxsize=1 << 10)
def _digest(claim_id: str) -> str:
    return blake2b(claim_id.encode(), digest_size=16).hexdigest()
