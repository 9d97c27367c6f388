"""Compares the model with the figures that the bench measured on the real engine."""

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

import simpy

from bench.brokers import REAL
from bench.contenders.light import PER_S as LIGHT_PER_S
from bench.lineup import CLAIMS, LIGHT, LINEUP, PIPELINE, TAKEOVER, TAKEOVER_SESSION_S, Scale
from bench.payer.assumptions import DEFAULTS, SWITCH_S
from bench.payer.claim import Mix
from bench.payer.cores import Cores, Steps
from bench.payer.faults import Fault, Times, killed, killed_static
from bench.payer.figures import Bench
from bench.payer.group import Stage
from bench.payer.pipeline import Pipeline, Placement, latencies, percentile
from stream_edits.engine.batches.batch_size import BatchSize

# The allowed deviation of a prediction, on a machine that other programs use as well.
MARGIN = 0.2
# As in the bench: six partitions, and 40 claims a second at a constant rate or all at once.
_PARTITIONS = 6
_AT_ONCE = next(CLAIMS * each.times(REAL) for each in LINEUP if each.name == PIPELINE)
_CORES = 2
_LOOK_S = 0.05
_TAKEOVERS: dict[str, Fault] = {"killed": killed, "killed_static": killed_static}
_STEADY_S = 10.0


class Check(NamedTuple):
    """A figure: predicted by the model, and measured."""

    what: str
    unit: str
    predicted: float
    measured: float

    @property
    def off(self) -> float:
        """The relative deviation of the prediction; positive when it is too high."""
        return self.predicted / self.measured - 1 if self.measured else inf


def checks(bench: Bench, mix: Mix, seed: int) -> Iterator[Check]:
    """A check for every figure that both the model and the bench have."""
    light = _light(bench, mix, seed)
    for name, share, measured in (("p50", 0.5, bench.p50_s), ("p99", 0.99, bench.p99_s)):
        predicted = percentile(light, share)
        yield Check(f"{LIGHT.name}, {name}", "ms", predicted * 1000, measured * 1000)
    at_once = _whole_pipeline(bench, mix, seed)
    yield Check(PIPELINE, "claims/s", at_once, bench.pipeline_per_s)
    for number, stage in enumerate(("intake", "encounter")):
        for processes in (1, 2):
            shape = Scale(stage, processes, _PARTITIONS)
            measured = bench.of_shape(shape)[0]
            predicted = _stage_alone(bench, number, shape, seed)
            what = f"{stage}, {processes} process{'es'[: 2 * processes - 2]}, {_CORES} cores"
            yield Check(what, "records/s", predicted, measured)
    yield from _takeovers(bench, seed)


def _takeovers(bench: Bench, seed: int) -> Iterator[Check]:
    for name, fault in _TAKEOVERS.items():
        found = _takeover(bench, fault, seed)
        measured = bench.takeover[name]
        labels = ("all partitions worked on after", "the other stood still for")
        for what, predicted, seen in zip(labels, found, measured, strict=True):
            # The end of a static member does not pause the other, in the model and in the engine.
            if seen or predicted:
                yield Check(f"{TAKEOVER[name].name}, {what}", "s", predicted, seen)


def stages(bench: Bench, restore_s: float = 0.0) -> list[Stage]:
    """The three stages with the costs of the bench and the default settings. `restore_s` is the
    restore time of a partition of the encounter stage."""
    return [
        Stage(
            cpu_s,
            bench.transaction_s,
            bench.seen_s,
            _events_in_a_batch(cpu_s),
            DEFAULTS.linger_ms / 1000,
            restore_s if number == 1 else 0.0,
        )
        for number, cpu_s in enumerate(bench.cpu_s)
    ]


def _events_in_a_batch(cpu_s: float) -> int:
    """What a stage under load settles on."""
    size = BatchSize(DEFAULTS.batch_size)
    while True:
        before = size.limit
        size.note(before, before * cpu_s)
        if size.limit == before:
            return before


def _light(bench: Bench, mix: Mix, seed: int) -> list[float]:
    pipeline = Pipeline(stages(bench), mix, _PARTITIONS, _one_process, seed)
    pipeline.feed([1 / LIGHT_PER_S] * LIGHT.records)
    pipeline.env.run(LIGHT.records / LIGHT_PER_S + 5)
    return latencies(pipeline.claims)


def _whole_pipeline(bench: Bench, mix: Mix, seed: int) -> float:
    """Claims a second until a backlog is decided."""
    pipeline = Pipeline(stages(bench), mix, _PARTITIONS, _one_process, seed)
    pipeline.lay(_AT_ONCE)
    return _rate(pipeline, 1, _AT_ONCE)


def _stage_alone(bench: Bench, number: int, shape: Scale, seed: int) -> float:
    """Records a second of a stage with a backlog, with the broker on the same cores."""
    _, broker_s = bench.of_shape(shape)
    costs = [stages(bench)[number]]
    shared: list[Cores] = []

    def place(env: simpy.Environment) -> Placement:
        shared.append(Cores(env, _CORES, SWITCH_S))
        return [shared * shape.processes]

    pipeline = Pipeline(costs, Mix((1.0,)), shape.partitions, place, seed)
    # Rounds with one batch each.
    once = shape.processes * costs[0].batch_size
    records = once * int(_STEADY_S / costs[0].cpu_s / costs[0].batch_size)
    pipeline.lay(2 * records)
    pipeline.env.process(_broker(pipeline, shared[0], broker_s))
    return _rate(pipeline, once, records)


def _rate(pipeline: Pipeline, once: int, count: int) -> float:
    """Decisions a second between number `once` and number `count`, as the bench's Meter counts."""
    while pipeline.decided < once:
        pipeline.env.step()
    begun, first = pipeline.env.now, pipeline.decided
    while pipeline.decided < count:
        pipeline.env.step()
    return (pipeline.decided - first) / (pipeline.env.now - begun)


def _broker(pipeline: Pipeline, cores: Cores, broker_s: float) -> Steps:
    """Use the broker's CPU time for each decided record, on the same cores."""
    served = 0
    while True:
        yield pipeline.env.timeout(SWITCH_S)
        waiting, served = pipeline.decided - served, pipeline.decided
        yield from cores.work(waiting * broker_s)


def _takeover(bench: Bench, fault: Fault, seed: int) -> tuple[float, float]:
    """One of two nearly idle processes dies. Returns the figures as in `Bench.takeover`."""
    pipeline = Pipeline(
        [stages(bench)[1]], Mix((1.0,)), _PARTITIONS, lambda env: [[Cores(env), Cores(env)]], seed
    )
    pipeline.feed(pipeline.gaps(LIGHT_PER_S, 10 * TAKEOVER_SESSION_S))
    (group,) = pipeline.groups
    survivor, victim = group.members
    assert victim.process is not None
    times = Times(bench.start_s, TAKEOVER_SESSION_S)
    pipeline.env.process(fault(pipeline, group, victim, times))
    while victim.process.is_alive:
        pipeline.env.step()
    died, still_s = pipeline.env.now, 0.0
    while not group.ready:
        still_s += _LOOK_S * survivor.paused
        pipeline.env.run(pipeline.env.now + _LOOK_S)
    return pipeline.env.now - died, still_s


def _one_process(env: simpy.Environment) -> Placement:
    """Three threads of one interpreter on one core."""
    interpreter = Cores(env, 1, SWITCH_S)
    return [[interpreter]] * 3
