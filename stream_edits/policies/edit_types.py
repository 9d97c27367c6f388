"""The types of edits. An edit is a pure function with some declarations, in a folder of its own.

Its argument is a claim, a line of a claim, the lines of an encounter, or a supervised line with
the time that competes with it. It yields findings.

Every edit declares ``waits_for``: whose move a claim is that it pends without asking for a
document. One that only denies declares it as well, because a plan may make its outcome PEND.

``ways`` are ways out of a finding that the finding itself does not name (``ways.py``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from enum import Enum, IntEnum

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.messages import SupervisedTime
from stream_edits.domain.supervisor_state import SupervisedSlot
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules
from stream_edits.policies.ways import NO_WAYS, Ways


class Group(IntEnum):
    """The order of the edit groups (docs/spec/edits.md, Order and determinism).

    A line that one group denies is not active in the next.
    """

    FORM = 0
    SINGLE_LINE = 1
    DUPLICATE = 2
    TIME = 3
    WRONG_USE = 4
    SUPPLIES = 5
    SEQUENCE = 6
    INCIDENTAL = 7
    UNITS = 8
    PRICING = 9
    SUPERVISION = 10


class Scope(Enum):
    """Which lines an encounter edit gets at once.

    DAY has all lines of the member and billing NPI on a service day, with all days of the stays
    that touch it. MEMBER has all lines judged together.
    """

    ENCOUNTER = "encounter"
    DAY = "day"
    MEMBER = "member"


LineFinding = tuple[EncounterLine, EditFinding]
Settle = Callable[[Encounter, EncounterLine, EditFinding], EditFinding]


@dataclass(frozen=True, slots=True)
class ClaimEdit:
    """An edit of the claim's form. Its claim-level DENY stops all other edits.

    A line that it pends is held: no other edit judges it, and it takes no supervisor's time. With
    ``holds`` that stays so once a review has approved the line.
    ``names_line`` says whether a line makes the policy applicable to its claim although the
    policy does not govern its code.
    """

    id: str
    rules: type[EditRules]
    judge: Callable[[ClaimEvent, Callable[[date], PolicyOnDate]], Iterator[EditFinding]]
    group: Group = Group.FORM
    names_line: Callable[[ClaimEvent, ServiceLine, PolicyOnDate], bool] | None = None
    holds: bool = False
    _: KW_ONLY
    waits_for: WaitsFor


@dataclass(frozen=True, slots=True)
class LineEdit:
    """An edit that needs only one line and its claim's header.

    It runs only on lines whose code its rules name (``EditRules.governed_codes``). In the group
    PRICING it runs last, on lines that are not denied. ``by_report`` returns the codes that the
    policy prices By Report, if the edit's rules define them, and ``needs`` the documents without
    which the edit finds nothing, by code: other edits ask for them.
    """

    id: str
    rules: type[EditRules]
    judge: Callable[[ClaimEvent, ServiceLine, PolicyOnDate], Iterator[EditFinding]]
    group: Group = Group.SINGLE_LINE
    by_report: Callable[[PolicyOnDate], frozenset[str]] | None = None
    needs: Callable[[PolicyOnDate], Mapping[str, Sequence[str]]] | None = None
    _: KW_ONLY
    waits_for: WaitsFor
    ways: Ways = NO_WAYS


@dataclass(frozen=True, slots=True)
class EncounterEdit:
    """An edit over the lines of an encounter. It yields findings on lines of open claims only.

    It runs only if such a line has a code that its rules name, or if they name no codes
    (``EditRules.governed_codes``). ``only_on`` returns the codes of the lines that it finds
    something on, if these are fewer or its rules name none. With ``beside`` it finds nothing unless
    some line that it gets, also a decided or denied one, has one of these codes.

    Roles: with ``keeps_primary``, a line that it denies may still be the primary of add-ons: only
    its place in the sequence is wrong. With ``counts_as_recommended``, a line that it denies counts
    in sequencing as the recommended code. ``settle`` may replace a finding of this edit once the
    group SEQUENCE has been judged. With ``answerable``, a claim that it denied is decided again
    when a later line of the day may answer the denial.

    With ``judges_overlap`` it objects to lines at the same time; its messages name the codes of
    the lines that a line ran beside.
    """

    id: str
    group: Group
    rules: type[EditRules]
    judge: Callable[[Encounter], Iterable[LineFinding]]
    scope: Scope = Scope.ENCOUNTER
    only_on: Callable[[PolicyOnDate], frozenset[str]] | None = None
    beside: Callable[[PolicyOnDate], frozenset[str]] | None = None
    keeps_primary: bool = False
    counts_as_recommended: bool = False
    settle: Settle | None = None
    answerable: bool = False
    holds: bool = False
    judges_overlap: bool = False
    _: KW_ONLY
    waits_for: WaitsFor
    ways: Ways = NO_WAYS


@dataclass(frozen=True, slots=True)
class SupervisionEdit:
    """An edit of a line's time against other members' time under the same supervisor.

    A line occupies its supervisor's time if the edit's rules name its code.
    """

    id: str
    rules: type[EditRules]
    judge: Callable[[SupervisedTime, Sequence[SupervisedSlot], PolicyOnDate], Iterator[EditFinding]]
    group: Group = Group.SUPERVISION
    _: KW_ONLY
    waits_for: WaitsFor


@dataclass(frozen=True, slots=True)
class AlreadyReplacedNotice:
    """The finding on a claim that arrives after its own replacement or void.

    No edit judges such a claim. Every policy has exactly one notice, so that the claim is not paid
    without a finding. Its id is one of `domain.already_replaced.NOTICE_IDS`.
    """

    id: str
    rules: type[EditRules]
    notice: Callable[[PolicyOnDate], EditFinding]
    group: Group = Group.FORM
    _: KW_ONLY
    waits_for: WaitsFor


Edit = ClaimEdit | LineEdit | EncounterEdit | SupervisionEdit | AlreadyReplacedNotice
