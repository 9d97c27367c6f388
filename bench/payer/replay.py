"""A replay of old claims at the highest rate: finds the number of processes by simulation."""

from typing import NamedTuple

from bench.payer.assumptions import CLAIMS_PER_YEAR, MOST_USE, PARTITIONS, REPLAY_PER_S
from bench.payer.claim import Mix
from bench.payer.figures import Bench
from bench.payer.pipeline import Pipeline, Processes, alone
from bench.payer.scenarios import worked_of
from bench.payer.validation import stages

# Long enough that single batches do not matter.
_SECONDS = 6.0


class Replay(NamedTuple):
    """The result of a replay.

    Claims a second that arrived and that were decided, the CPU use of the busiest process of each
    stage (share of its core), and the unread records of each stage at the end.
    """

    processes: Processes
    came_per_s: float
    decided_per_s: float
    use: tuple[float, ...]
    lag: tuple[int, ...]

    @property
    def year_days(self) -> float:
        """The days that a year of claims takes at this rate."""
        return CLAIMS_PER_YEAR / self.decided_per_s / 86_400


def replay(
    bench: Bench, mix: Mix, processes: Processes, seed: int, per_s: float = REPLAY_PER_S
) -> Replay:
    """Simulate claims at this rate for some seconds. Only the second half counts, after the
    warm-up of all stages."""
    pipeline = Pipeline(stages(bench), mix, PARTITIONS, alone(processes), seed)
    pipeline.feed(pipeline.gaps(per_s, _SECONDS))
    pipeline.env.run(_SECONDS / 2)
    early, before = pipeline.decided, worked_of(pipeline)
    pipeline.env.run(_SECONDS)
    watched_s = _SECONDS / 2
    use = (
        max(b - a for a, b in zip(*both, strict=True)) / watched_s
        for both in zip(before, worked_of(pipeline), strict=True)
    )
    decided_per_s = (pipeline.decided - early) / watched_s
    lag = tuple(group.lag for group in pipeline.groups)
    return Replay(processes, per_s, decided_per_s, tuple(use), lag)


def fewest(bench: Bench, mix: Mix, seed: int, per_s: float = REPLAY_PER_S) -> Replay:
    """The fewest processes of each stage so that none uses more than half of its core.

    Adds processes to one stage at a time, in order, because a stage that cannot keep up reduces the
    load of the next one.
    """
    counts = [1, 1, 1]
    while True:
        tried = replay(bench, mix, Processes(*counts), seed, per_s)
        over = [number for number, use in enumerate(tried.use) if use > MOST_USE]
        if not over:
            return tried
        for number in over:
            counts[number] += 1


def half(processes: Processes) -> Processes:
    """Half as many of each stage, rounded down, but at least one."""
    return Processes(*(max(1, count // 2) for count in processes))


def by_hand(bench: Bench, mix: Mix, per_s: float = REPLAY_PER_S) -> Processes:
    """The processes by calculation: records a second of a stage times their cost, at half use."""
    loads = (per_s * share * cpu_s for share, cpu_s in zip(mix.reaching, bench.cpu_s, strict=True))
    return Processes(*(-int(-load // MOST_USE) for load in loads))
