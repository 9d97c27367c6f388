"""The argument of encounter edits: the lines of an encounter, and their standing."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.encounter import Visit
from stream_edits.policies.on_date import PolicyOnDate

T = TypeVar("T")


class EncounterLine(NamedTuple):
    """A line of an encounter, of an open claim or of a decided one.

    ``position`` is its index among the lines judged together. ``claim`` is None for a line of a
    decided claim. In ``modifiers``, a modifier for a second visit that does not count is replaced
    by what it means otherwise (``VisitCodes``). ``frequency`` and ``replaces_unknown`` are those of
    its claim (``ClaimRecord``). ``drug_name`` and ``ndc`` are as billed; an NDC without a name is
    not kept (``LineRecord``).
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
    visit: Visit
    claim: ClaimEvent | None
    names_drug: bool
    revenue_code: str | None
    frequency: str
    replaces_unknown: bool
    policy: PolicyOnDate
    drug_name: str | None = None
    ndc: str | None = None

    @property
    def billing_npi(self) -> str:
        """The billing NPI of the line's claim."""
        return self.visit.billing_npi

    @property
    def documents(self) -> frozenset[str]:
        """The kinds of the attachments that cover the line.

        Raises LookupError for a line of a decided claim, whose attachments are not stored.
        """
        if self.claim is None:
            raise LookupError("the documents of a decided claim are not kept")
        return self.claim.documents_for(self.line_number)

    @property
    def place(self) -> tuple[int, int]:
        """The sort key for the order of arrival: the claim's arrival, then the line number."""
        return (self.arrival, self.line_number)


# As EncounterLine.place, without a call of Python for each line.
place_of = attrgetter("arrival", "line_number")
NO_MODIFIERS = frozenset[str]()


def modifiers_in(billed: Sequence[str], visit: Visit, on_date: PolicyOnDate) -> frozenset[str]:
    """The modifiers of a line in a visit. One for a second visit that does not count means
    something else."""
    if not billed:
        return NO_MODIFIERS
    visits = on_date.visits
    if visits.second_visit not in billed or visit.is_second or visits.otherwise is None:
        return frozenset(billed)
    return frozenset([visits.otherwise if x == visits.second_visit else x for x in billed])


class Standings:
    """The standing of the lines judged together. The evaluation updates it after each edit group.

    Each list has the entry of a line at its ``position``. ``allowed_units`` are the units that the
    findings so far allow. ``keeps_primary`` has the positions of denied lines that may still be the
    primary of add-ons, because only their place in the sequence is wrong. ``rebilled_as`` has the
    code that a denied line counts as in sequencing, by position. ``changes`` counts the changes of
    all but the units. ``any_denied`` says whether any line is denied.
    """

    __slots__ = ("allowed_units", "any_denied", "changes", "denied", "keeps_primary", "rebilled_as")

    def __init__(self) -> None:
        self.denied: list[bool] = []
        self.allowed_units: list[float] = []
        self.keeps_primary: set[int] = set()
        self.rebilled_as: dict[int, str] = {}
        self.changes = 0
        self.any_denied = False

    def add(self, allowed_units: float, denied: bool) -> None:
        """Append the next line, of a decided claim."""
        self.denied.append(denied)
        self.allowed_units.append(allowed_units)
        self.any_denied |= denied

    def add_open(self, units: Sequence[float]) -> None:
        """Append the next lines, of an open claim, which bill these units."""
        self.denied += [False] * len(units)
        self.allowed_units += units

    def deny(self, position: int) -> None:
        """Deny a line. A line denied twice is not rebilled, so it loses the roles below."""
        self.keeps_primary.discard(position)
        self.rebilled_as.pop(position, None)
        self.denied[position] = self.any_denied = True
        self.allowed_units[position] = 0.0
        self.changes += 1

    def keep_primary(self, position: int) -> None:
        """Let a denied line still be the primary of add-ons."""
        self.keeps_primary.add(position)
        self.changes += 1

    def rebill(self, position: int, code: str) -> None:
        """Let a denied line count in sequencing as another code."""
        if self.rebilled_as.get(position) != code:
            self.rebilled_as[position] = code
            self.changes += 1

    def cut_back(self, position: int, allowed_units: float) -> None:
        """Reduce the allowed units of a line to at most ``allowed_units``."""
        self.allowed_units[position] = min(self.allowed_units[position], allowed_units)


class Encounter:
    """The lines that an edit gets at once, in order of arrival, with their standing so far.

    They are those of one encounter, of a day, or all (``Scope``). ``lines`` are all lines, also
    denied ones. ``active`` are those that are not denied so far. ``open`` are the active lines of
    open claims. Lines of withdrawn claims are left out. ``around`` are all lines judged together.
    """

    __slots__ = ("_around", "_facts", "_standings", "active", "lines", "open")

    def __init__(
        self,
        lines: Sequence[EncounterLine],
        standings: Standings,
        around: "Encounter | None" = None,
    ) -> None:
        # A dozen edits use these lists, so they are computed once for each group of edits.
        self.lines = self.active = lines
        if standings.any_denied:
            self.active = [x for x in lines if not standings.denied[x.position]]
        self.open = [line for line in self.active if not line.decided]
        self._standings = standings
        self._around = around
        self._facts: dict[Any, Any] = {}

    @property
    def around(self) -> "Encounter":
        """All lines judged together, with the same standing."""
        return self._around or self

    @property
    def has_rebilled(self) -> bool:
        """Whether any line judged together counts in sequencing as another code."""
        return bool(self._standings.rebilled_as)

    @property
    def sequenced(self) -> Sequence[EncounterLine]:
        """The active lines, and the denied ones that count in sequencing as another code.

        One whose other code a later claim has billed for the same time counts no more.
        """
        rebilled_as = self._standings.rebilled_as
        if not rebilled_as:
            return self.active
        again = self.current(_billed_again)
        return [
            x
            for x in self.lines
            if self.is_active(x) or (x.position in rebilled_as and x.position not in again)
        ]

    def code_of(self, line: EncounterLine) -> str:
        """The code that a line counts as in sequencing: its own, or the one it is rebilled as."""
        return self._standings.rebilled_as.get(line.position, line.code)

    def allowed_units(self, line: EncounterLine) -> float:
        """The units of a line that the edits of earlier groups allow."""
        return self._standings.allowed_units[line.position]

    def is_active(self, line: EncounterLine) -> bool:
        """Whether no finding has denied the line so far."""
        return not self._standings.denied[line.position]

    def keeps_primary(self, line: EncounterLine) -> bool:
        """Whether a denied line may still be the primary of an add-on."""
        return line.position in self._standings.keeps_primary

    def only(self, lines: Sequence[EncounterLine]) -> "Encounter":
        """The same encounter with only some of its lines."""
        return Encounter(lines, self._standings, self.around)

    def again(self, around: "Encounter | None" = None) -> "Encounter":
        """The same lines with their current standing."""
        return Encounter(self.lines, self._standings, around)

    def fact(self, work_out: Callable[["Encounter"], T]) -> T:
        """The result of a function of this encounter, computed once and then cached."""
        if work_out not in self._facts:
            self._facts[work_out] = work_out(self)
        found: T = self._facts[work_out]
        return found

    def current(self, work_out: Callable[["Encounter"], T]) -> T:
        """As ``fact``, but computed again once any line stands differently: ``is_active`` and
        ``code_of`` follow the findings of a group before ``active`` does."""
        changes, key = self._standings.changes, (work_out, "current")
        known = self._facts.get(key)
        if known is None or known[0] != changes:
            known = self._facts[key] = (changes, work_out(self))
        found: T = known[1]
        return found


def _billed_again(encounter: Encounter) -> frozenset[int]:
    """The positions of the denied lines whose recommended code a later claim has billed.

    It has the same times, or none.
    """
    latest: dict[tuple[object, ...], int] = {}
    for line in encounter.lines:
        if encounter.is_active(line):
            service = (line.code, line.service_date, line.start, line.end)
            latest[service] = max(latest.get(service, line.arrival), line.arrival)
    found = set()
    for line in encounter.lines:
        code = encounter.code_of(line)
        if code != line.code and not encounter.is_active(line):
            asked = (code, line.service_date, line.start, line.end)
            untimed = (code, line.service_date, None, None)
            if max(latest.get(asked, -1), latest.get(untimed, -1)) > line.arrival:
                found.add(line.position)
    return frozenset(found)
