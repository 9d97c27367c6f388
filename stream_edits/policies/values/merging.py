"""How a plan's change merges into the value that would be in force without it.

A mapping names only the keys that change, at any depth, and takes keys out with ``remove``. A list
changes with ``{add: [...], remove: [...]}``. Records of a list merge by their key
(``differences.RECORD_KEYS``). A plain list is taken where it holds all that is in force, for then
adding and replacing are the same; where it does not, it is refused, since it could mean either. In
a list of numbers or of records without a key the places mean something, so one that holds all is
taken if it begins with what is in force. The lists of an outcome say its reason codes and
documents, and are always taken as they are.
"""

import json
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from stream_edits.policies.values.differences import ABSENT, by_key, record_key
from stream_edits.policies.values.rules import Outcome

ADD, REMOVE = "add", "remove"
REPLACE = "replace: true"
_SHOWN = 4
_MOST_LISTED = 12
_LONGEST = 80
_BEGINNING = 3
# Text that needs no quotation marks in YAML.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z _-]*[A-Za-z])?")
_NO_TEXT = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
# Letters that are typed for digits.
_LOOK_ALIKE = str.maketrans("lIoO", "1100")
Path = tuple[Any, ...]


class CannotMerge(Exception):
    """A change that does not fit the value in force. ``path`` leads to it in the written change."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


class Merging:
    """Merges changes, and notes what in them has no effect.

    With ``again``, the change may have been made already: it may remove what is not there.
    """

    def __init__(self, *, again: bool = False) -> None:
        self.again = again
        self.notes: list[tuple[Path, str]] = []

    def merge(self, base: Any, written: Any, path: Path = ()) -> Any:
        """The value after the change. Raises CannotMerge."""
        if base is ABSENT:
            base = [] if _is_list_change(written) else {} if isinstance(written, dict) else base
        if isinstance(base, Mapping) and isinstance(written, Mapping):
            return self._mapping(base, written, path)
        if isinstance(base, list | tuple) and isinstance(written, Mapping):
            return self._changed_list(list(base), written, path)
        if isinstance(base, list | tuple) and isinstance(written, list):
            return self._plain_list(list(base), written, path)
        return written

    def _mapping(self, base: Mapping[Any, Any], written: Mapping[Any, Any], path: Path) -> Any:
        if ADD in written and ADD not in base:
            new = written[ADD] if isinstance(written[ADD], Mapping) else {"KEY": "VALUE"}
            problem = f"write a new key with its value, without {ADD}: {_spelled(new)}"
            raise CannotMerge((*path, ADD), problem)
        gone = self._entries_of(written, REMOVE, path)
        changed = dict(base)
        for place, key in enumerate(gone):
            at = (*path, REMOVE, place)
            if not isinstance(key, Hashable):
                raise CannotMerge(at, f"{shown(key)} is not a key")
            if key in written:
                raise CannotMerge(at, f"{shown(key)} is both given and removed")
            if key not in base and not self.again:
                raise CannotMerge(at, f"{shown(key)} is not there{_or_one_of(key, base)}")
            changed.pop(key, None)
        for key, each in written.items():
            if key != REMOVE:
                inner = base.get(key, ABSENT)
                if is_outcome(base) and isinstance(each, list):
                    changed[key] = each
                else:
                    changed[key] = self.merge(inner, each, (*path, key))
        return changed

    def _plain_list(self, base: list[Any], written: list[Any], path: Path) -> Any:
        name = record_key(base)
        if name is not None and record_key(written) == name:
            return self._changed_list(base, {ADD: written}, path, note=False)
        left_out = [entry for entry in base if entry not in written]
        unordered = all(isinstance(entry, str) for entry in base)
        if self.again or (not left_out and (unordered or written[: len(base)] == base)):
            return written
        new = [entry for entry in written if entry not in base]
        unlike = f"also has {_some(left_out)}" if left_out else "has its entries in other places"
        adding = f"To add to it, write {_spelled({ADD: new})}. " if new else ""
        removing = ""
        if left_out and (unordered or _are_in_order(base, written)):
            # Only what is spelled out can be copied.
            gone = left_out if len(left_out) <= _MOST_LISTED else ["ENTRY", "..."]
            removing = f"To take entries out, write {_spelled({REMOVE: gone})}. "
        raise CannotMerge(
            path,
            f"the list in force {unlike}. {adding}{removing}To put this list in place of the whole "
            f"value, write {REPLACE} beside value and reference",
        )

    def _changed_list(
        self, base: list[Any], written: Mapping[Any, Any], path: Path, note: bool = True
    ) -> list[Any]:
        unknown = [key for key in written if key not in (ADD, REMOVE)]
        if unknown:
            problem = f"a list changes with {ADD} or {REMOVE}, not with {shown(unknown[0])}"
            raise CannotMerge((*path, unknown[0]), problem)
        added, gone = (self._entries_of(written, key, path) for key in (ADD, REMOVE))
        name = record_key(base) or record_key(added)
        changed = list(base)
        for place, entry in enumerate(gone):
            key = _key_of(entry, name)
            found = _place_of(changed, key, name)
            if found is not None:
                del changed[found]
            elif not self.again:
                known = by_key(base) or base
                at = (*path, REMOVE, place)
                raise CannotMerge(at, f"{shown(key)} is not in the list{_or_one_of(key, known)}")
        for place, entry in enumerate(added):
            at = (*path, ADD, place)
            if entry in gone:
                raise CannotMerge(at, f"{shown(entry)} is both added and removed")
            key = _key_of(entry, name)
            found = _place_of(changed, key, name)
            if found is None:
                changed.append(entry)
                continue
            merged = self.merge(changed[found], entry, at)
            if note and merged == changed[found]:
                self.notes.append((at, f"{shown(entry)} is already in the list"))
            changed[found] = merged
        return changed

    def _entries_of(self, written: Mapping[Any, Any], key: str, path: Path) -> list[Any]:
        entries = written.get(key, [])
        if not isinstance(entries, list):
            raise CannotMerge((*path, key), f"write a list: {key}: {_spelled([entries])}")
        return entries


def _are_in_order(base: Sequence[Any], written: Sequence[Any]) -> bool:
    """Whether the entries of a list that are left come in the order in which they were."""
    places = [base.index(entry) for entry in written if entry in base]
    return places == sorted(places)


def is_outcome(value: Mapping[Any, Any]) -> bool:
    """Whether a mapping is that of an outcome: disposition, reason codes, documents."""
    return "disposition" in value and set(value) <= set(Outcome.model_fields)


def _is_list_change(written: Any) -> bool:
    """Whether a change is that of a list, where nothing is in force that would tell."""
    return isinstance(written, Mapping) and bool(written) and set(written) <= {ADD, REMOVE}


def _place_of(entries: Sequence[Any], key: Any, name: str | None) -> int | None:
    """The place of an entry: the entry itself, or the record with that key."""
    for place, entry in enumerate(entries):
        own = _key_of(entry, name)
        if own == key and type(own) is type(key):
            return place
    return None


def _key_of(entry: Any, name: str | None) -> Any:
    """What tells an entry apart: the entry itself, or its key of that name if it is a record."""
    return entry.get(name) if name and isinstance(entry, Mapping) else entry


def did_you_mean(typed: Any, known: Any) -> str:
    """``; did you mean X?`` if something known is like what was typed, else nothing."""
    names = {str(each): each for each in known}
    meant = likely(str(typed), names)
    return "" if meant is None else f"; did you mean {shown(names[meant])}?"


def look_alike(typed: str) -> str | None:
    """What was typed as a code, with digits for the letters that look like them."""
    has_digit = any(character.isdigit() for character in typed)
    return typed.translate(_LOOK_ALIKE).upper() if has_digit else None


def likely(typed: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant, None if none is like what was typed."""
    if len(typed) > _LONGEST:
        return None
    ordered = sorted(names)
    as_code = look_alike(typed)
    if as_code in ordered:
        return as_code
    same = [name for name in ordered if name.lower() == typed.lower()]
    if same:
        return same[0]
    near = get_close_matches(typed, ordered, n=5, cutoff=0.6)
    # Of several that are like it, one with the same letters is meant, or one that begins alike.
    letters = sorted(typed)
    near.sort(key=lambda name: (sorted(name) != letters, not name.startswith(typed[:_BEGINNING])))
    return near[0] if near else None


def _or_one_of(typed: Any, known: Any) -> str:
    """What was probably meant, or else what there is, if that is not much."""
    there = [shown(each) for each in known]
    listed = f"; there are {', '.join(there)}" if 0 < len(there) <= _MOST_LISTED else ""
    return did_you_mean(typed, known) or listed


def shown(value: Any) -> str:
    """A value in a message, spelled so that it can be copied into YAML."""
    return _spelled(value)


def _some(entries: Sequence[Any]) -> str:
    names = ", ".join(map(_spelled, entries[:_SHOWN]))
    more = len(entries) - _SHOWN
    return f"{names} and {more} more" if more > 0 else names


def _spelled(value: Any) -> str:
    """A value as YAML, on one line."""
    if isinstance(value, Mapping):
        inner = (f"{key}: {_spelled(each)}" for key, each in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_spelled, value)) + "]"
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _NO_TEXT
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    return (
        json.dumps(value, default=str) if isinstance(value, bool) or value is None else str(value)
    )
