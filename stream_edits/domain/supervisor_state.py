"""The supervision stage's state: the time of each supervisor."""

from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.decision import EditFinding
from stream_edits.domain.messages import SupervisedClaim, SupervisedTime


class SupervisedSlot(NamedTuple):
    """The time of one line in a supervisor's day: [start, end), local time.

    ``occupies_time`` is false for a line denied for overlap. It gets the time when that is free.
    An empty slot is of a claim that has no time in the supervisor's days: it is on the day of the
    message that says so, and with it what is known of the claim is deleted.
    """

    member_id: str
    claim_id: str
    line_number: int
    start_time: datetime
    end_time: datetime
    arrival: int
    occupies_time: bool


def slot_of(message: SupervisedClaim, time: SupervisedTime, arrival: int) -> SupervisedSlot:
    """The slot of a supervised time of a claim, as long as nothing denies it."""
    return SupervisedSlot(
        member_id=message.member_id,
        claim_id=message.draft.claim_id,
        line_number=time.line_number,
        start_time=time.start_time,
        end_time=time.end_time,
        arrival=arrival,
        occupies_time=True,
    )


def empty_slot(member_id: str, claim_id: str, arrival: int, day: date) -> SupervisedSlot:
    """The slot of a claim without time, on that day. It overlaps nothing."""
    noon = datetime(day.year, day.month, day.day, 12)
    return SupervisedSlot(member_id, claim_id, 0, noon, noon, arrival, occupies_time=False)


class DayParts(NamedTuple):
    """The pages below a page of a supervisor's day, in the order of their slots, as columns.

    Times are microseconds since 1970 of the local clock. A slot is ordered by its start, then by
    its arrival; ``starts`` and ``arrivals`` are those of the first slot of each page.
    ``occupied_until`` is the latest end of its slots that occupy time, and ``denied_until`` that
    of the others; both are its start if there are none. ``occupied_by`` is the member of all its
    slots that occupy time, empty if they have several or there are none.
    """

    pages: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()
    arrivals: tuple[int, ...] = ()
    occupied_until: tuple[int, ...] = ()
    denied_until: tuple[int, ...] = ()
    occupied_by: tuple[str, ...] = ()


NO_PARTS = DayParts()


class DayPage(NamedTuple):
    """A page of a supervisor's day: slots in any order, or what the pages below hold.

    The first page also has the number of slots of the day (``held``, while it has pages below) and
    the highest page number used so far (``last_page``).
    """

    slots: tuple[SupervisedSlot, ...] = ()
    parts: DayParts = NO_PARTS
    held: int = 0
    last_page: int = 0


class SupervisedQuarter(NamedTuple):
    """A calendar quarter for which slots of a supervisor are stored."""

    first: date  # the first day of the quarter
    newest: date  # the UTC date of the newest event that added a slot in the quarter


class RefusedLine(NamedTuple):
    """A supervisor's finding on a line, and the claim's revision since which it is unchanged."""

    finding: EditFinding
    since: int


class SupervisorRecord(NamedTuple):
    """What a supervisor's state holds of one claim.

    ``dates`` are the days with its slots, and ``starts`` the start of each slot; none in state
    that was written before days had pages. ``denied_claim`` is the claim as it left the encounter
    stage. It is kept while it has a finding, so that it can be decided again.
    ``refused`` are the findings on its lines, those that a review has decided included, and
    ``event_id`` then names the content that they are about.

    ``revision`` and ``event_order`` are those of the newest message of the claim that came here; 0
    in state of an earlier version. Of a withdrawn claim they are the revision that comes next, and
    the order of the event that withdrew it.
    """

    dates: tuple[date, ...]
    arrival: int
    denied_claim: SupervisedClaim | None
    refused: tuple[RefusedLine, ...] = ()
    event_id: str = ""
    starts: tuple[datetime, ...] = ()
    revision: int = 0
    event_order: int = 0

    def is_newer_than(self, revision: int, event_order: int) -> bool:
        """Whether a message of the claim with this revision and order came too late.

        A revision alone does not tell: those of a claim that was forgotten begin again. The order
        alone does not either: that of a dead letter may be from before a rebuild. A message of an
        earlier version has the order 0, and is not too late.
        """
        return revision < self.revision and 0 < event_order < self.event_order
