"""The whole pipeline in one process: four stages in four threads, as with `run`."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.job import Job, Meter
from bench.processors import processor
from stream_edits import collector
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.group import run_together
from stream_edits.engine.ports import Output
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics

Committed = Callable[[Sequence[Output]], None]


def run(job: Job) -> None:
    """Run until the first decision on each of ``job.records`` claims is committed."""
    meter, decided = Meter(job.records), set[str]()
    runners: list[StageRunner] = []

    def committed(outputs: Sequence[Output]) -> None:
        decided.update(o.about.claim_id for o in outputs if isinstance(o.about, ClaimDecision))
        if decided:
            meter.committed(len(decided))
        if meter.done:
            runners[0].stop()

    runners += runners_on(job, job.input_topic, committed)
    collector.spare()
    intake, *others = runners
    run_together([_Last(intake, others), *others])
    meter.report()


class _Last:
    """The first stage, started after the others have joined their groups.

    Otherwise they would join while the time is measured, with a backlog of claims.
    """

    def __init__(self, runner: StageRunner, others: Sequence[StageRunner]) -> None:
        self._runner = runner
        self._others = others

    def run(self) -> None:
        while not all(other.ready for other in self._others):
            time.sleep(0.05)
        self._runner.run()

    def stop(self) -> None:
        self._runner.stop()


def runners_on(
    job: Job,
    input_topic: str,
    committed: Committed | None = None,
    metrics: Metrics | None = None,
) -> list[StageRunner]:
    """The runners of all stages, reading claims from ``input_topic``."""
    configs = {stage: stage_config(job.settings, stage) for stage in Stage}
    configs[Stage.INTAKE] = replace(configs[Stage.INTAKE], input_topic=input_topic)
    return [
        StageRunner(config, processor(stage, job.settings), metrics=metrics, on_committed=committed)
        for stage, config in configs.items()
    ]
