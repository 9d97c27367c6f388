"""Which change of the policy causes which difference, found by putting changes back.

A difference is caused by a change if it is gone once that change alone is reverted. Where no change
alone does that, a smallest set that does is found: no change of it can be left out.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from stream_edits.domain.decision import ClaimDecision
from stream_edits.impact.comparison import Comparison, Sides
from stream_edits.impact.outcome import DecisionDifference, Judged, differences, is_same
from stream_edits.impact.relevant import relevant
from stream_edits.impact.spill import Disk, Spilled
from stream_edits.impact.spool import Spool
from stream_edits.policies.comparing.changes import Change
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.policy import Policies

# Policies that are tried in one pass over the claims, each with a state of its own.
AT_ONCE = 12

# Numbers of changes: of one that is enough to revert, or of a set that is.
Cause = tuple[int, ...]
# The causes of each difference of a claim, by its place in the claim.
Causes = dict[int | None, tuple[Cause, ...]]


class Changed(NamedTuple):
    """The changes between two sets of policies, and how to put some of them back.

    ``without`` raises PolicyError for changes that cannot be reverted without others.
    """

    changes: Sequence[Change]
    without: Callable[[Collection[int]], Policies]


class Attribution:
    """Finds the causes of the differences that ``main`` found between two sides."""

    def __init__(self, sides: Sides, changed: Changed, spool: Spool, main: Comparison) -> None:
        self._sides = sides
        self._changed = changed
        self._spool = spool
        self._main = main
        self._disk = Disk()
        self._causes: Spilled[str, Causes] = Spilled(self._disk)
        # Whether baseline and candidate decide again too. They cannot change, but a review names
        # a decision of theirs, and they show whether claims are decided as in the whole input.
        self._needs_known = True

    def find(self) -> None:
        """Work out all causes."""
        if len(self._changed.changes) < 2:
            # With the only change reverted nothing is left of the candidate.
            for claim_id, judged in self._main.differing():
                self._causes[claim_id] = {each.place: ((0,),) for each in _between(judged)}
            return
        if next(self._changed_claims(), None) is None:
            return
        self._spool.index()
        self._needs_known = not self._spool.is_separable(self._sides.retention)
        self._spool.select_around(judged.member_id for _, judged in self._changed_claims())
        is_whole = not self._try_singles(is_whole=False)
        if is_whole:
            # Something else than their supervisors' time ties these claims to others.
            self._spool.select_all()
            self._try_singles(is_whole=True)
        while (left := self._unexplained()) is not None:
            self._try_together(*left, is_whole=is_whole)

    def of(self, claim_id: str) -> Causes:
        """The causes of each difference of a claim."""
        found: Causes = self._causes.get(claim_id) or {}
        return found

    def _try_singles(self, *, is_whole: bool) -> bool:
        """Put back each change alone.

        Returns whether the selected claims were decided as they were with all the others.
        """
        every = [(number,) for number in self._relevant()]
        for start in range(0, max(len(every), 1), AT_ONCE):
            tried = list(self._buildable(every[start : start + AT_ONCE]))
            again = self._again([policies for _, policies in tried])
            if not is_whole and self._needs_known and not self._is_as_before(again):
                self._causes.clear()
                return False
            self._note(again, [cause for cause, _ in tried])
        return True

    def _relevant(self) -> list[int]:
        """The numbers of the changes that may matter for the selected claims."""
        changes = self._changed.changes
        if len(changes) <= AT_ONCE:
            return list(range(len(changes)))
        return relevant(changes, (event for event, _ in self._spool.selected()))

    def _note(self, again: Comparison, tried: Sequence[Cause]) -> None:
        """Note which of the sets that were reverted remove which differences."""
        alone = all(len(cause) == 1 for cause in tried)
        for claim_id, judged in self._changed_claims():
            now = again.judged(claim_id)
            known = dict(self.of(claim_id))
            for each in _between(judged):
                found = known.get(each.place, ())
                if now is not None and (alone or not found):
                    reverted = zip(tried, _last(now, len(tried)), strict=True)
                    found += tuple(c for c, side in reverted if is_gone(each, judged, side))
                known[each.place] = found
            self._causes[claim_id] = known

    def _try_together(self, claim_id: str, each: DecisionDifference, *, is_whole: bool) -> None:
        """Find the set of changes that causes this difference, and what else it causes."""
        judged = self._main.kept(claim_id)
        if not is_whole:
            self._spool.select_around([judged.member_id])
        back = tuple(range(len(self._changed.changes)))
        bearing = self._relevant()
        leave_out = [tuple(number for number in back if number not in bearing)]
        leave_out += [(number,) for number in back]
        for out in leave_out:
            fewer = tuple(number for number in back if number not in out)
            for _, policies in self._buildable([fewer]) if fewer and fewer != back else ():
                now = self._again([policies]).judged(claim_id)
                if now is not None and is_gone(each, judged, now.decisions[-1]):
                    back = fewer
        # Certain by what it is, and this loop must come to its end.
        self._causes[claim_id] = {**self.of(claim_id), each.place: (back,)}
        for _, policies in self._buildable([back]):
            left = {self._main.kept(name).member_id for name in self._names_unexplained()}
            if left:
                if not is_whole:
                    self._spool.select_around(left)
                self._note(self._again([policies]), [back])

    def _unexplained(self) -> tuple[str, DecisionDifference] | None:
        """The first difference without a cause."""
        for claim_id in self._names_unexplained():
            causes = self.of(claim_id)
            for each in _between(self._main.kept(claim_id)):
                if not causes.get(each.place):
                    return claim_id, each
        return None

    def _names_unexplained(self) -> list[str]:
        return [name for name, causes in self._causes.saved() if not all(causes.values())]

    def _buildable(self, sets: Iterable[Cause]) -> Iterator[tuple[Cause, Policies]]:
        """The policies with each set reverted, where that leaves valid values."""
        for cause in sets:
            try:
                yield cause, self._changed.without(cause)
            except PolicyError:
                continue

    def _again(self, tried: Sequence[Policies]) -> Comparison:
        """Decide the selected claims again with each of these policies, the last sides."""
        candidate = self._sides.builders[1]
        known = self._sides.builders if self._needs_known or not tried else ()
        builders = [candidate._replace(policies=policies) for policies in tried]
        sides = self._sides._replace(builders=(*known, *builders))
        again = Comparison(sides, Disk(), keeps_all=True)
        for event, source in self._spool.selected():
            again.take(event, source)
        return again

    def _changed_claims(self) -> Iterator[tuple[str, Judged]]:
        """The claims with another outcome, and not only with other findings."""
        return (each for each in self._main.differing() if _between(each[1]))

    def _is_as_before(self, again: Comparison) -> bool:
        for claim_id, judged in self._changed_claims():
            now = again.judged(claim_id)
            if now is None or not all(
                is_same(*pair) for pair in zip(judged.decisions, now.decisions, strict=False)
            ):
                return False
        return True


def _last(judged: Judged, count: int) -> tuple[ClaimDecision | None, ...]:
    """The decisions of the last sides."""
    return judged.decisions[len(judged.decisions) - count :]


def is_gone(each: DecisionDifference, judged: Judged, reverted: ClaimDecision | None) -> bool:
    """Whether a claim or line is decided as in the baseline once changes are reverted."""
    left = differences(judged.decisions[0], reverted)
    return all(other.place != each.place for other in left)


def _between(judged: Judged) -> list[DecisionDifference]:
    return differences(judged.decisions[0], judged.decisions[1])
