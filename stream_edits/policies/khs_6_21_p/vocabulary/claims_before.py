"""Which other claims have units that count before those of a line."""

from collections.abc import Sequence
from functools import cached_property

from stream_edits.policies.encounter import EncounterLine


class ClaimsBefore:
    """The claims of the counted lines that count before each line, asked in order of arrival.

    There may be thousands of lines, so none is looked at twice.
    """

    def __init__(self, counted: Sequence[EncounterLine]) -> None:
        self._counted = counted
        self._claim_ids = {line.claim_id for line in counted}

    @cached_property
    def _first(self) -> dict[str, int]:
        """The place of each claim's first line that counts so far, among all of them."""
        found: dict[str, int] = {}
        for place, line in enumerate(self._counted):
            if line.decided:
                found.setdefault(line.claim_id, place)
        return found

    @cached_property
    def _later(self) -> list[tuple[tuple[int, int], int]]:
        """The lines that do not count yet, the last one first: when each came, and its place."""
        later = [(x.place, place) for place, x in enumerate(self._counted) if not x.decided]
        return sorted(later, reverse=True)

    def claims(self, line: EncounterLine) -> tuple[str, ...]:
        """The other claims with a decided line, or with one before this line, in their order."""
        if self._claim_ids <= {line.claim_id}:
            # The usual case.
            return ()
        while self._later and self._later[-1][0] < line.place:
            _, place = self._later.pop()
            claim_id = self._counted[place].claim_id
            self._first[claim_id] = min(place, self._first.get(claim_id, place))
        found = sorted(self._first, key=self._first.__getitem__)
        return tuple(x for x in found if x != line.claim_id)
