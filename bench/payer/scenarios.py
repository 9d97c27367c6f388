"""The scenarios of the payer: steady load, a busy morning, and faults of a process."""

from typing import NamedTuple

from bench.payer.assumptions import (
    CHANGELOG_TIMES,
    CLAIMS_PER_S,
    CONTAINER_S,
    PARTITIONS,
    SESSION_TIMEOUT_S,
)
from bench.payer.claim import Mix
from bench.payer.faults import Fault, Times
from bench.payer.figures import Bench
from bench.payer.pipeline import Pipeline, Processes, alone, latencies, percentile
from bench.payer.validation import stages

TWO_EACH = Processes(2, 2, 2)
LATE_S = 1.0
_ENCOUNTER = 1
_DAY_S = 60.0
# Seconds before the fault, and seconds of normal lag after which the fault is over.
_BEFORE_S, _CALM_S = 20.0, 30.0
_LOOK_S = 0.25
_LONGEST_S = 7200.0
# The lag is normal up to this multiple of its maximum before the fault.
_AS_BEFORE = 1.5


class Day(NamedTuple):
    """The result of a scenario.

    Latencies in seconds; the number of claims that took longer than LATE_S; `use`, the CPU use of
    the busiest process of each stage (share of its core); `behind_s`, the time from a fault until
    the lag of the stage is normal again.
    """

    p50_s: float
    p99_s: float
    worst_s: float
    late: int
    use: tuple[float, ...]
    behind_s: float = 0.0


class Estate(NamedTuple):
    """A deployment: processes, open encounters and partitions."""

    processes: Processes
    encounters: int
    partitions: int = PARTITIONS


def quiet(bench: Bench, mix: Mix, per_s: float, seed: int) -> Day:
    """Simulate a minute at this rate, with two processes of each stage.

    There is no backlog at the end of a minute, so an hour equals sixty such minutes.
    """
    pipeline = Pipeline(stages(bench), mix, PARTITIONS, alone(TWO_EACH), seed)
    pipeline.feed(pipeline.gaps(per_s, _DAY_S))
    pipeline.env.run(_DAY_S)
    return _day(pipeline)


def faulty(bench: Bench, mix: Mix, fault: Fault, estate: Estate, seed: int) -> Day:
    """Simulate steady load with a `fault` of one process of the encounter stage."""
    records = estate.encounters / estate.partitions * CHANGELOG_TIMES
    costs = stages(bench, records * bench.restore_s)
    pipeline = Pipeline(costs, mix, estate.partitions, alone(estate.processes), seed)
    pipeline.feed(pipeline.gaps(CLAIMS_PER_S, _LONGEST_S))
    group = pipeline.groups[_ENCOUNTER]
    most = 0
    while pipeline.env.now < _BEFORE_S:
        pipeline.env.run(pipeline.env.now + _LOOK_S)
        most = max(most, group.lag)
    victim = group.members[len(group.members) // 2]
    times = Times(CONTAINER_S + bench.start_s, SESSION_TIMEOUT_S)
    over = pipeline.env.process(fault(pipeline, group, victim, times))
    behind_until = _BEFORE_S
    while not over.triggered or pipeline.env.now < behind_until + _CALM_S:
        pipeline.env.run(pipeline.env.now + _LOOK_S)
        if group.lag > _AS_BEFORE * most:
            behind_until = pipeline.env.now
    return _day(pipeline)._replace(behind_s=behind_until - _BEFORE_S)


def worked_of(pipeline: Pipeline) -> list[list[float]]:
    """The CPU seconds so far, by stage and process."""
    return [[member.worked_s for member in group.members] for group in pipeline.groups]


def _day(pipeline: Pipeline) -> Day:
    waits = latencies(pipeline.claims)
    late = sum(wait > LATE_S for wait in waits)
    use = tuple(max(each) / pipeline.env.now for each in worked_of(pipeline))
    return Day(percentile(waits, 0.5), percentile(waits, 0.99), waits[-1], late, use)
