"""The claims and reviews of an input that bear on others, kept on disk to be decided again."""

import pickle
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice

from stream_edits.domain.claim import ServiceLine
from stream_edits.domain.decision import Source
from stream_edits.domain.encounter import LONGEST_STAY_DAYS
from stream_edits.domain.review import ReviewEvent
from stream_edits.impact.comparison import Event
from stream_edits.impact.spill import Disk
from stream_edits.stages.shared.retention import Retention

_AT_ONCE = 1000
_MOMENT = timedelta(microseconds=1)


class Spool:
    """Events in the order of the input, and which members can bear on each other's claims.

    Claims of one member do. Those of two members do where they have a supervisor at the same time:
    the supervision stage asks for nothing else of another member's claims.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._events = disk.table("number INTEGER PRIMARY KEY, member TEXT, claim TEXT, event BLOB")
        self._times = disk.table("npi TEXT, day TEXT, start TEXT, end TEXT, member TEXT")
        self._wanted = disk.table("member TEXT PRIMARY KEY, steps INTEGER")
        self._is_whole = True
        self._count = 0
        self._has_reviews = False
        self._first, self._last = date.max, date.min
        self._new: list[tuple[int, str, str, bytes]] = []
        self._new_times: list[tuple[str, ...]] = []

    def add(self, event: Event, source: Source) -> None:
        """Add the next event of the input."""
        self._count += 1
        content = pickle.dumps((event, source), 5)
        self._new.append((self._count, event.member_id, event.claim_id, content))
        day = event.event_time.date()
        self._first, self._last = min(self._first, day), max(self._last, day)
        if isinstance(event, ReviewEvent):
            self._has_reviews = True
        else:
            for line in event.lines:
                if line.start_time is not None and line.end_time is not None and line.supervisor:
                    self._new_times += _times(event.member_id, line)
        if len(self._new) >= _AT_ONCE:
            self._write()

    def select_all(self) -> None:
        """Select the events of all members."""
        self._is_whole = True

    def select_around(self, members: Iterable[str]) -> None:
        """Select the events of these members, and of all whose claims can bear on theirs, directly
        or through others.
        """
        self._write()
        self._is_whole = False
        self._disk.run(f"DELETE FROM {self._wanted}")
        rest = iter(members)
        while some := list(islice(rest, _AT_ONCE)):
            rows = ((member,) for member in some)
            self._disk.run_many(f"INSERT OR IGNORE INTO {self._wanted} VALUES (?, 0)", rows)
        steps = 0
        while self._widen(steps):
            steps += 1

    def selected(self) -> Iterator[tuple[Event, Source]]:
        """The selected events, in the order of the input."""
        self._write()
        whole = f"SELECT event FROM {self._events} ORDER BY number"
        part = (
            f"SELECT event FROM {self._events} JOIN {self._wanted} USING (member) ORDER BY number"
        )
        for (event,) in self._disk.run(whole if self._is_whole else part):
            yield pickle.loads(event)

    def is_separable(self, retention: Retention) -> bool:
        """Whether the claims of selected members are decided as in the whole input.

        They are if no other event can have deleted what they need (no state expires), and if no two
        members have a claim of the same id. Reviews name decisions, which only the whole tells.
        """
        if self._has_reviews or (self._last - self._first).days > retention.days:
            return False
        self._write()
        shared = (
            f"SELECT 1 FROM {self._events} GROUP BY claim HAVING min(member) < max(member) LIMIT 1"
        )
        return next(iter(self._disk.run(shared)), None) is None

    def _widen(self, steps: int) -> bool:
        """Add the members who have a supervisor at the same time as one who is that many steps
        away. Returns whether there are any."""
        self._disk.run(
            f"INSERT OR IGNORE INTO {self._wanted} SELECT DISTINCT b.member, ? "
            f"FROM {self._wanted} w CROSS JOIN {self._times} a CROSS JOIN {self._times} b "
            "WHERE w.steps = ? AND a.member = w.member AND a.npi = b.npi AND a.day = b.day "
            "AND a.start < b.end AND b.start < a.end",
            (steps + 1, steps),
        )
        added = f"SELECT 1 FROM {self._wanted} WHERE steps = ? LIMIT 1"
        return next(iter(self._disk.run(added, (steps + 1,))), None) is not None

    def _write(self) -> None:
        self._disk.run_many(f"INSERT INTO {self._events} VALUES (?, ?, ?, ?)", self._new)
        self._disk.run_many(f"INSERT INTO {self._times} VALUES (?, ?, ?, ?, ?)", self._new_times)
        self._new, self._new_times = [], []

    def index(self) -> None:
        """Make the look-ups fast, once all events are added."""
        self._write()
        for name, columns in (
            (self._events, "member"),
            (self._times, "member"),
            (self._times, "npi, day"),
        ):
            suffix = columns.partition(",")[0]
            self._disk.run(f"CREATE INDEX IF NOT EXISTS {name}_{suffix} ON {name} ({columns})")


def _times(member: str, line: ServiceLine) -> Iterator[tuple[str, ...]]:
    """The days of a line's time, as the supervision stage keeps it: [start, end)."""
    start, end, npi = line.start_time, line.end_time, line.supervisor
    if start is None or end is None or npi is None:
        return
    day, last = start.date(), (end - _MOMENT).date()
    if last - day > timedelta(days=LONGEST_STAY_DAYS):
        return
    for number in range((last - day).days + 1):
        each = (day + timedelta(days=number)).isoformat()
        yield npi, each, start.isoformat(), end.isoformat(), member
