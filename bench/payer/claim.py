"""Claims in the simulation: their partitions, and the times of arrival and decision."""

from collections import Counter
from dataclasses import dataclass
from random import Random

from bench.inputs import EVENTS, records_of
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.engine.ports import Record
from stream_edits.engine.state.store import MemoryStore
from stream_edits.settings import Topics

# The stages that a claim passes. Reviews, of which there are few, have one of their own.
STAGES = (Stage.INTAKE, Stage.ENCOUNTER, Stage.SUPERVISION)
_SEEN = 3000


class Claim:
    """A simulated claim.

    ``partitions`` has its partition at each stage and, at the end, that of its decision. ``last``
    is the number of the stage that decides it.
    """

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
    """The share of claims that each stage decides. The shares add up to 1."""

    decided_at: tuple[float, ...]

    @property
    def reaching(self) -> tuple[float, ...]:
        """The share of the claims that reaches each stage."""
        return tuple(sum(self.decided_at[number:]) for number in range(len(self.decided_at)))

    def draw(self, rng: Random, number: int, now: float, partitions: int) -> Claim:
        """A random claim of this mix.

        There are many members and supervisors, so all partitions are equally likely.
        """
        (last,) = rng.choices(range(len(self.decided_at)), self.decided_at)
        member, supervisor, decision = (rng.randrange(partitions) for _ in range(3))
        return Claim(number, now, last, (member, member, supervisor, decision))


def bench_mix() -> Mix:
    """The mix of the bench, measured by sending its claims through the real stages."""
    stages = {stage: (processor(stage), MemoryStore()) for stage in STAGES}
    topics = Topics()
    onward = {topics.by_member: Stage.ENCOUNTER, topics.by_supervisor: Stage.SUPERVISION}
    decided: Counter[Stage] = Counter()
    for offset, (key, value) in enumerate(records_of(EVENTS, _SEEN)[:_SEEN]):
        stage, pending = Stage.INTAKE, [(Stage.INTAKE, key, value)]
        while pending:
            stage, key, value = pending.pop()
            step, store = stages[stage]
            for output in step.process(Record("", 0, offset, key, value, (), 0), store):
                if output.topic in onward:
                    pending.append((onward[output.topic], output.key or b"", output.value or b""))
        decided[stage] += 1
    return Mix(tuple(decided[stage] / _SEEN for stage in STAGES))
