"""Which other claims have units that count before those of a line."""

from collections.abc import Sequence

from stream_edits.policies.encounter import EncounterLine


class ClaimsBefore:
    """The claims of the counted lines that count before each line, asked in order of arrival.

    There may be thousands of lines, so none is looked at twice.
    """

    def __init__(self, counted: Sequence[EncounterLine]) -> None:
        # The place of each claim's first line that counts so far, among all of them.
        self._first: dict[str, int] = {}
        for place, line in enumerate(counted):
            if line.decided:
                self._first.setdefault(line.claim_id, place)
        later = [(x.place, place) for place, x in enumerate(counted) if not x.decided]
        self._later = sorted(later, reverse=True)
        self._counted = counted

    def claims(self, line: EncounterLine) -> tuple[str, ...]:
        """The other claims with a decided line, or with one before this line, in their order."""
        while self._later and self._later[-1][0] < line.place:
            _, place = self._later.pop()
            claim_id = self._counted[place].claim_id
            self._first[claim_id] = min(place, self._first.get(claim_id, place))
        found = sorted(self._first, key=self._first.__getitem__)
        return tuple(x for x in found if x != line.claim_id)
