"""What an event costs at a supervisor whose day has many slots."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from bench.inputs import BY_SUPERVISOR, records_of
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.codec.messages import decode_supervised, encode_supervised
from stream_edits.domain.messages import SupervisedClaim
from stream_edits.engine.ports import Processor, Record
from stream_edits.engine.store import MemoryStore, Overlay

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


class HotDay:
    """The supervision stage behind a supervisor's day with this many slots."""

    def __init__(self, stage: Processor, shape: Shape, size: int) -> None:
        self._stage = stage
        self._shape = shape
        self._store = MemoryStore()
        self._view = Overlay(self._store)
        self._draw = random.Random(size)
        self._template = template()
        self._offset = 0
        self._size = size
        for number in range(size):
            self._take(self._message(number, 1))
            self._view.keep_event()
            if number % 1000 == 0:
                self._view.merge()
        self._view.merge()

    def events(self, count: int) -> list[bytes]:
        """New claims, and one in five a correction of an earlier one, which moves its time."""
        corrected = self._draw.sample(range(self._size), count // 5)
        new = range(self._size, self._size + count - len(corrected))
        made = [self._message(number, 1) for number in new]
        made += [self._message(number, 2) for number in corrected]
        self._draw.shuffle(made)
        return made

    def cpu_us(self, events: Sequence[bytes]) -> float:
        """CPU microseconds an event. The day is afterwards as it was."""
        begun = time.process_time()
        for value in events:
            self._take(value)
            self._view.keep_event()
        used = time.process_time() - begun
        self._view.drop()
        return used / len(events) * 1e6

    def _take(self, value: bytes) -> None:
        self._offset += 1
        record = Record("in", 0, self._offset, b"", value, (), 0)
        list(self._stage.process(record, self._view))

    def _message(self, number: int, revision: int) -> bytes:
        whole = self._template
        (time_,) = whole.times
        day = datetime.combine(time_.service_date, datetime.min.time())
        start = day + timedelta(seconds=self._shape.start(number, self._draw))
        end = start + timedelta(seconds=self._shape.length)
        draft = whole.draft._replace(
            claim_id=f"claim-{number}", event_id=f"event-{number}-{revision}", revision=revision
        )
        moved = (time_._replace(start_time=start, end_time=end),)
        return encode_supervised(whole._replace(member_id=f"M{number}", times=moved, draft=draft))


def figures_of(sizes: Sequence[int] = SIZES) -> Iterator[tuple[str, int, float]]:
    """CPU microseconds an event by shape and size: the median of turns taken by the sizes."""
    stage = processor(Stage.SUPERVISION)
    for shape in SHAPES:
        days = {size: HotDay(stage, shape, size) for size in sizes}
        found: dict[int, list[float]] = {size: [] for size in sizes}
        for _ in range(_TURNS):
            for size, day in days.items():
                found[size].append(day.cpu_us(day.events(_EVENTS)))
        for size in sizes:
            yield shape.name, size, median(found[size])
