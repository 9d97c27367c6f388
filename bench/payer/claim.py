"""Claims as the simulation sees them: where they go and when they were decided."""

from collections import Counter
from dataclasses import dataclass
from random import Random

from bench.inputs import EVENTS, records_of
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.engine.ports import Record
from stream_edits.engine.store import MemoryStore
from stream_edits.settings import Topics

STAGES = tuple(Stage)
_SEEN = 3000


class Claim:
    """``partitions`` holds its partition at each stage and, last, among the decisions; ``last`` is
    the number of the stage that decides it."""

    __slots__ = ("arrived", "decided", "last", "number", "partitions", "times_decided")

    def __init__(self, number: int, arrived: float, last: int, partitions: tuple[int, ...]) -> None:
        self.number = number
        self.arrived = arrived
        self.last = last
        self.partitions = partitions
        self.decided = 0.0
        self.times_decided = 0


@dataclass(frozen=True)
class Mix:
    """Which share of the claims each stage decides; they add up to 1."""

    decided_at: tuple[float, ...]

    @property
    def reaching(self) -> tuple[float, ...]:
        """Which share of the claims comes to each stage."""
        return tuple(sum(self.decided_at[number:]) for number in range(len(self.decided_at)))

    def draw(self, dice: Random, number: int, now: float, partitions: int) -> Claim:
        """A claim of this mix. A member's claims stay on one partition, and so do a supervisor's;
        members and supervisors are many, so that each partition is as likely as the next."""
        (last,) = dice.choices(range(len(self.decided_at)), self.decided_at)
        member, supervisor, decision = (dice.randrange(partitions) for _ in range(3))
        return Claim(number, now, last, (member, member, supervisor, decision))


def bench_mix() -> Mix:
    """The mix of the bench, found by sending its claims through the real stages."""
    stages = {stage: (processor(stage), MemoryStore()) for stage in STAGES}
    topics = Topics()
    onward = {topics.by_member: Stage.ENCOUNTER, topics.by_supervisor: Stage.SUPERVISION}
    decided: Counter[Stage] = Counter()
    for offset, (key, value) in enumerate(records_of(EVENTS, _SEEN)[:_SEEN]):
        stage, visits = Stage.INTAKE, [(Stage.INTAKE, key, value)]
        while visits:
            stage, key, value = visits.pop()
            step, store = stages[stage]
            for output in step.process(Record("", 0, offset, key, value, (), 0), store):
                if output.topic in onward:
                    visits.append((onward[output.topic], output.key or b"", output.value or b""))
        decided[stage] += 1
    return Mix(tuple(decided[stage] / _SEEN for stage in STAGES))
