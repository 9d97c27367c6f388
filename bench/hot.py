"""What an event costs at a supervisor whose day has many slots: ``python -m bench.hot``.

A full run writes docs/performance.md; --quick leaves out the largest size and writes nothing.
"""

import random
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from bench.inputs import BY_SUPERVISOR, records_of
from bench.processors import processor
from bench.report import REPORT
from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.app.wiring import Stage
from stream_edits.codec.messages import decode_supervised, encode_supervised
from stream_edits.domain.messages import SupervisedClaim
from stream_edits.domain.supervisor_state import (
    DayPage,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
    slot_of,
)
from stream_edits.engine.ports import Processor, Record
from stream_edits.engine.state.store import MemoryStore, UncommittedState
from stream_edits.stages.supervision.quarters import quarter_of
from tests.written_counts import write_counts

SIZES = (100, 1_000, 10_000, 100_000)
# Of each size, in turns with the other sizes.
_EVENTS, _TURNS = 60, 8
_DAY_S = 20 * 3600


class Shape(NamedTuple):
    """How the slots lie on the day: the start of each, in seconds, and its length in seconds."""

    name: str
    start: Callable[[int, random.Random], float]
    length: float


SHAPES = (
    # Most are denied for one that overlaps them.
    Shape("all over the day", lambda number, draw: draw.randrange(_DAY_S // 60) * 60, 1800),
    # All but one wait for the same hour.
    Shape("all at one time", lambda number, draw: 3600, 3600),
    # All occupy their time.
    Shape("one after another", lambda number, draw: number * 0.5, 0.4),
)


def template() -> SupervisedClaim:
    """A message of the bench's mix with one supervised time and one hop."""
    for _, value in records_of(BY_SUPERVISOR, 300):
        message = decode_supervised(value)
        if isinstance(message, SupervisedClaim) and len(message.times) == len(message.hops) == 1:
            return message
    raise LookupError("the mix has no claim with one supervised time")


class Cost(NamedTuple):
    """CPU microseconds an event, and the bytes of the largest value that one of them wrote."""

    cpu_us: float
    largest_bytes: int


class Taken:
    """The times that are occupied, none by two members."""

    def __init__(self) -> None:
        self._ends: list[tuple[datetime, datetime]] = []

    def takes(self, slot: SupervisedSlot) -> bool:
        """Whether a slot gets its time: nothing that came before overlaps it."""
        place = bisect_right(self._ends, (slot.start_time, datetime.max))
        if place < len(self._ends) and self._ends[place][1] < slot.end_time:
            return False
        self._ends.insert(place, (slot.end_time, slot.start_time))
        return True


class HotDay:
    """The supervision stage behind a supervisor's day with this many slots."""

    def __init__(self, stage: Processor, shape: Shape, size: int) -> None:
        self._stage = stage
        self._shape = shape
        self._store = MemoryStore()
        self._view = UncommittedState(self._store)
        self._draw = random.Random(size)
        self._template = template()
        self._npi = self._template.hops[0]
        self._offset = size
        self._size = size
        self._fill(StoredSupervisors(self._view))
        self._take(encode_supervised(self._moved(size, 1)))
        self._view.keep_event()
        self._view.merge()

    def _fill(self, memory: StoredSupervisors) -> None:
        """The day as an earlier version kept it: one page, which the first event divides."""
        slots, taken = [], Taken()
        for number in range(self._size):
            message = self._moved(number, 1)
            slot = slot_of(message, message.times[0], number)
            slot = slot._replace(occupies_time=taken.takes(slot))
            slots.append(slot)
            denied = None if slot.occupies_time else message._replace(hops=())
            record = SupervisorRecord(
                (slot.start_time.date(),), number, denied, starts=(slot.start_time,)
            )
            memory.keep_claim(self._npi, slot.member_id, slot.claim_id, record)
        day = slots[0].start_time.date()
        memory.keep_page(self._npi, day, 0, DayPage(tuple(slots)))
        memory.keep_quarters(self._npi, (SupervisedQuarter(quarter_of(day), day),))
        self._view.keep_event()
        self._view.merge()

    def events(self, count: int) -> list[bytes]:
        """New claims, and one in five a correction of an earlier one, which moves its time."""
        corrected = self._draw.sample(range(self._size), count // 5)
        new = range(self._size + 1, self._size + 1 + count - len(corrected))
        made = [self._message(number, 1) for number in new]
        made += [self._message(number, 2) for number in corrected]
        self._draw.shuffle(made)
        return made

    def cost_of(self, events: Sequence[bytes]) -> "Cost":
        """The cost of an event. The day is afterwards as it was."""
        begun = time.process_time()
        for value in events:
            self._take(value)
            self._view.keep_event()
        used = time.process_time() - begun
        largest = max(len(value) for value in self._view.batch.values() if value is not None)
        self._view.drop()
        return Cost(used / len(events) * 1e6, largest)

    def _take(self, value: bytes) -> None:
        self._offset += 1
        record = Record("in", 0, self._offset, b"", value, (), 0)
        list(self._stage.process(record, self._view))

    def _message(self, number: int, revision: int) -> bytes:
        return encode_supervised(self._moved(number, revision))

    def _moved(self, number: int, revision: int) -> SupervisedClaim:
        whole = self._template
        (time_,) = whole.times
        day = datetime.combine(time_.service_date, datetime.min.time())
        start = day + timedelta(seconds=self._shape.start(number, self._draw))
        end = start + timedelta(seconds=self._shape.length)
        draft = whole.draft._replace(
            claim_id=f"claim-{number}", event_id=f"event-{number}-{revision}", revision=revision
        )
        moved = (time_._replace(start_time=start, end_time=end),)
        return whole._replace(member_id=f"M{number}", times=moved, draft=draft)


def figures_of(shape: Shape, sizes: Sequence[int]) -> dict[int, Cost]:
    """The cost by size: the median of turns that the sizes take in one process."""
    stage = processor(Stage.SUPERVISION)
    days = {size: HotDay(stage, shape, size) for size in sizes}
    found: dict[int, list[Cost]] = {size: [] for size in sizes}
    for _ in range(_TURNS):
        for size, day in days.items():
            found[size].append(day.cost_of(day.events(_EVENTS)))
    return {
        size: Cost(median(c.cpu_us for c in costs), max(c.largest_bytes for c in costs))
        for size, costs in found.items()
    }


def lines_of(sizes: Sequence[int]) -> Iterator[str]:
    """The report in Markdown, row by row."""
    first, last = sizes[0], sizes[-1]
    columns = " | ".join(f"{size:,}" for size in sizes)
    yield f"| slots | CPU µs at {first:,} | {columns} | largest value at {last:,}, bytes |"
    yield f"|---|---:|{'---:|' * len(sizes)}---:|"
    for shape in SHAPES:
        costs = figures_of(shape, sizes)
        base = costs[first].cpu_us
        ratios = " | ".join(f"{costs[size].cpu_us / base:.2f}" for size in sizes)
        yield f"| {shape.name} | {base:.0f} | {ratios} | {costs[last].largest_bytes:,} |"


def main() -> None:
    """Measure, print the report, and write it unless the run is a quick one."""
    quick = "--quick" in sys.argv[1:]
    report = []
    for row in lines_of(SIZES[:-1] if quick else SIZES):
        print(row, flush=True)
        report.append(row)
    if not quick:
        write_counts("hot", report, REPORT)


if __name__ == "__main__":
    main()
