"""What an edit is shown of an encounter: its lines, and how each stands so far."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from stream_edits.domain.claim import ClaimEvent
from stream_edits.policies.on_date import PolicyOnDate

T = TypeVar("T")


class EncounterLine(NamedTuple):
    """A line among the lines of its encounter: of an open claim, or of one already decided.

    ``position`` is its place among the lines judged together. ``claim`` is known of open claims
    only.
    """

    position: int
    claim_id: str
    arrival: int
    decided: bool
    line_number: int
    code: str
    modifiers: frozenset[str]
    units: float
    service_date: date
    start: datetime | None
    end: datetime | None
    encounter_key: str
    billing_npi: str
    claim: ClaimEvent | None
    names_drug: bool
    policy: PolicyOnDate

    @property
    def documents(self) -> frozenset[str]:
        """The kinds of attachments that cover an open claim's line."""
        if self.claim is None:
            raise LookupError("the documents of a decided claim are not kept")
        return self.claim.documents_for(self.line_number)

    @property
    def place(self) -> tuple[int, int]:
        """The order of arrival: earlier claim, then lower line number."""
        return (self.arrival, self.line_number)


class Standings:
    """How the lines judged together stand: the evaluation changes it between groups of edits.

    A line's entry in each list is at its ``position``. ``allowed_units`` are what the findings so
    far leave. ``keeps_primary`` is true of a denied line that add-ons may still stand on, since it
    is to be rebilled.
    """

    __slots__ = ("allowed_units", "denied", "keeps_primary")

    def __init__(self) -> None:
        self.denied: list[bool] = []
        self.allowed_units: list[float] = []
        self.keeps_primary: list[bool] = []

    def add(self, allowed_units: float, denied: bool = False, keeps_primary: bool = False) -> None:
        """Append the next line."""
        self.denied.append(denied)
        self.allowed_units.append(allowed_units)
        self.keeps_primary.append(keeps_primary)

    def deny(self, position: int, keeps_primary: bool) -> None:
        """A finding denies the line; a line that was denied before is no primary any more."""
        self.keeps_primary[position] = keeps_primary and not self.denied[position]
        self.denied[position] = True
        self.allowed_units[position] = 0.0

    def cut_back(self, position: int, allowed_units: float) -> None:
        """A finding leaves so many units of the line."""
        self.allowed_units[position] = min(self.allowed_units[position], allowed_units)


class Encounter:
    """The lines of one encounter, in order of arrival, as they stand before a group of edits.

    ``lines`` are all of them, denied ones too; ``active`` those that nothing has denied so far;
    ``open`` the active lines of claims that are being decided now. Lines of void or replaced
    claims are not among them.
    """

    __slots__ = ("_facts", "_standings", "active", "lines", "open")

    def __init__(self, lines: Sequence[EncounterLine], standings: Standings) -> None:
        # A dozen edits ask for these, so they are worked out once a group and not once an edit.
        self.lines = lines
        denied = standings.denied
        self.active = [line for line in lines if not denied[line.position]]
        self.open = [line for line in self.active if not line.decided]
        self._standings = standings
        self._facts: dict[Callable[..., Any], Any] = {}

    def allowed_units(self, line: EncounterLine) -> float:
        """The units that the edits of earlier groups leave of a line."""
        return self._standings.allowed_units[line.position]

    def is_active(self, line: EncounterLine) -> bool:
        """Whether nothing has denied the line so far."""
        return not self._standings.denied[line.position]

    def keeps_primary(self, line: EncounterLine) -> bool:
        """Whether a denied line may still be the primary of an add-on."""
        return self._standings.keeps_primary[line.position]

    def only(self, lines: Sequence[EncounterLine]) -> "Encounter":
        """The same encounter as if it had these of its lines only."""
        return Encounter(lines, self._standings)

    def again(self) -> "Encounter":
        """The same lines as they stand now."""
        return Encounter(self.lines, self._standings)

    def fact(self, work_out: Callable[["Encounter"], T]) -> T:
        """What a function makes of this encounter, worked out once however often it is asked."""
        if work_out not in self._facts:
            self._facts[work_out] = work_out(self)
        found: T = self._facts[work_out]
        return found
