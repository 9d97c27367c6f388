"""What an edit is, and what it is shown.

An edit is one pure function in a folder of its own. It sees a claim, a line of a claim, the lines
of an encounter, or a supervised line with the time that competes with it, and yields findings.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.domain.messages import SupervisedSlot, SupervisedTime
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Administration
from stream_edits.policies.policy import PolicyOnDate
from stream_edits.policies.values.rules import EditRules


class Group(IntEnum):
    """The order of edits: a line denied in one group is not active in the next
    (docs/spec/edits.md, Order and determinism)."""

    FORM = 0
    SINGLE_LINE = 1
    DUPLICATE = 2
    WRONG_USE = 3
    SEQUENCE = 4
    HYDRATION = 5
    UNITS = 6
    PRICING = 7
    SUPERVISION = 8


@dataclass(slots=True, eq=False)
class EncounterLine:
    """A line among the lines of its encounter: of an open claim, or of one already decided.

    ``claim`` is known of open claims only. Edits read the standing (``denied``,
    ``allowed_units``); only the evaluation writes it, between groups.
    """

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
    claim: ClaimEvent | None
    names_drug: bool
    policy: PolicyOnDate
    denied: bool
    allowed_units: float
    still_primary: bool

    @property
    def active(self) -> bool:
        """Not denied; lines of void or replaced claims are not shown at all."""
        return not self.denied

    @property
    def administration(self) -> Administration | None:
        """The code's traits, None for anything but an administration code."""
        return self.policy.administration.get(self.code)

    @property
    def is_initial(self) -> bool:
        """Whether the code is an initial service."""
        return self.code in self.policy.initials

    @property
    def rank(self) -> int | None:
        """The code's place in the hierarchy, 0 the highest; None outside it."""
        return self.policy.vocabulary.rank(self.code)

    @property
    def separate_site(self) -> bool:
        """Whether a modifier says that the service was given at a second site."""
        return not self.modifiers.isdisjoint(self.policy.vocabulary.separate_site_modifiers)

    @property
    def documents(self) -> frozenset[str]:
        """The kinds of attachments that cover an open claim's line."""
        if self.claim is None:
            raise LookupError("of a claim already decided no documents are kept")
        return self.claim.documents_for(self.line_number)

    @property
    def billing_npi(self) -> str:
        """The billing provider, as the encounter's key names it (domain/encounter.py)."""
        return self.encounter_key.split("|")[1]

    @property
    def place(self) -> tuple[int, int]:
        """The order of arrival: earlier claim, then lower line number."""
        return (self.arrival, self.line_number)


class Encounter:
    """The lines of one visit, in order of arrival, as they stand before a group of edits.

    ``lines`` are all of them, denied ones too; ``active`` those that nothing has denied so far;
    ``open`` the active lines of claims that are being decided now; ``initials`` the active initial
    services.
    """

    __slots__ = ("active", "initials", "lines", "open")

    def __init__(self, lines: Sequence[EncounterLine]) -> None:
        # A dozen edits ask for these, so they are looked for once a group and not once an edit.
        self.lines = lines
        self.active = [line for line in lines if not line.denied]
        self.open = [line for line in self.active if not line.decided]
        self.initials = [line for line in self.active if line.is_initial]


LineFinding = tuple[EncounterLine, EditFinding]


@dataclass(frozen=True, slots=True)
class ClaimEdit:
    """An edit of the claim's form; a claim-level DENY of it stops all other edits."""

    id: str
    rules: type[EditRules]
    judge: Callable[[ClaimEvent, Callable[[date], PolicyOnDate]], Iterator[EditFinding]]
    group: Group = Group.FORM


@dataclass(frozen=True, slots=True)
class LineEdit:
    """An edit that needs to see nothing but one line and its claim's header.

    It is asked only of lines whose code its rules name (``EditRules.governed_codes``).
    In the group PRICING it is asked last, of lines that nothing has denied.
    """

    id: str
    rules: type[EditRules]
    judge: Callable[[ClaimEvent, ServiceLine, PolicyOnDate], Iterator[EditFinding]]
    group: Group = Group.SINGLE_LINE


@dataclass(frozen=True, slots=True)
class EncounterEdit:
    """An edit over the lines of an encounter; yields findings on lines of open claims only.

    It is asked only where such a line has a code that its rules name, unless they name none
    (``EditRules.governed_codes``). With ``whole_member`` it is shown all lines of the member's
    connected visits at once.
    """

    id: str
    group: Group
    rules: type[EditRules]
    judge: Callable[[Encounter], Iterable[LineFinding]]
    whole_member: bool = False


@dataclass(frozen=True, slots=True)
class SupervisionEdit:
    """An edit of a line's time against the time of other members under the same supervisor."""

    id: str
    rules: type[EditRules]
    judge: Callable[[SupervisedTime, Sequence[SupervisedSlot], PolicyOnDate], Iterator[EditFinding]]
    group: Group = Group.SUPERVISION


@dataclass(frozen=True, slots=True)
class Notice:
    """An edit that a stage says of a claim for what it remembers, without judging it."""

    id: str
    rules: type[EditRules]
    group: Group = Group.FORM


Edit = ClaimEdit | LineEdit | EncounterEdit | SupervisionEdit | Notice


def join_words(words: Iterable[str], last: str = "or") -> str:
    """Words as a sentence lists them: a, b or c."""
    listed = sorted(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"
