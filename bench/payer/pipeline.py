"""The simulated pipeline: three stages with their topics, and the claims that they decide."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import NamedTuple

import simpy

from bench.payer.claim import STAGES, Claim, Mix
from bench.payer.cores import Cores, Steps
from bench.payer.group import Group, Stage
from bench.payer.member import Member
from bench.payer.topic import Topic

# The cores of each process, by stage and then by process.
Placement = Sequence[Sequence[Cores]]


class Processes(NamedTuple):
    """The number of processes of each stage."""

    intake: int
    encounter: int
    supervision: int


class Pipeline:
    """The simulated pipeline on one clock. The same seed gives the same run."""

    def __init__(
        self,
        stages: Sequence[Stage],
        mix: Mix,
        partitions: int,
        place: Callable[[simpy.Environment], Placement],
        seed: int,
    ) -> None:
        """`place` returns the cores of each process, and so the number of processes."""
        self.env = simpy.Environment()
        self.claims: list[Claim] = []
        self.decided = 0
        self._mix = mix
        self._rng = Random(seed)
        self._partitions = partitions
        self._decisions = Topic(partitions, self._decide)
        self.topics = [Topic(partitions) for _ in stages]
        self.groups = [
            Group(self.env, stage, topic, self._onward(number), self._rng)
            for number, (stage, topic) in enumerate(zip(stages, self.topics, strict=True))
        ]
        for group, cores in zip(self.groups, place(self.env), strict=True):
            group.begin([Member(self.env, group, each, self._rng.random()) for each in cores])

    def feed(self, gaps_s: Iterable[float]) -> None:
        """Let claims arrive with these gaps in seconds between them."""
        self.env.process(self._arrive(gaps_s))

    def lay(self, count: int) -> None:
        """Add a backlog of claims."""
        for _ in range(count):
            self._add()

    def member(self, cores: Cores, group: Group) -> Member:
        """A new process that has not joined the group."""
        return Member(self.env, group, cores, self._rng.random())

    def gaps(self, per_s: float, seconds: float) -> Iterable[float]:
        """The gaps of a Poisson process with this rate, for this many seconds."""
        left = seconds
        while (gap := self._rng.expovariate(per_s)) < left:
            left -= gap
            yield gap

    def _arrive(self, gaps_s: Iterable[float]) -> Steps:
        for gap in gaps_s:
            yield self.env.timeout(gap)
            self._add()

    def _add(self) -> None:
        claim = self._mix.draw(self._rng, len(self.claims), self.env.now, self._partitions)
        self.claims.append(claim)
        self.topics[0].append(claim.partitions[0], [claim])

    def _onward(self, number: int) -> Callable[[Claim], tuple[Topic, int]]:
        def onward(claim: Claim) -> tuple[Topic, int]:
            if claim.last == number:
                return self._decisions, claim.partitions[-1]
            return self.topics[number + 1], claim.partitions[number + 1]

        return onward

    def _decide(self, _: int, claims: Sequence[Claim]) -> None:
        for claim in claims:
            claim.decided = self.env.now
            claim.times_decided += 1
        self.decided += len(claims)


def alone(processes: Processes) -> Callable[[simpy.Environment], Placement]:
    """Each process with a core of its own."""
    return lambda env: [[Cores(env) for _ in range(count)] for count in processes]


def latencies(claims: Iterable[Claim]) -> list[float]:
    """Seconds from a claim's arrival until its decision can be read, sorted."""
    return sorted(claim.decided - claim.arrived for claim in claims if claim.times_decided)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The percentile `share` (0 to 1) of sorted values; NaN if there are none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


assert len(STAGES) == len(Processes._fields)
