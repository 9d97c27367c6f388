"""The whole pipeline in one process: three stages in three threads, as `run` has them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.job import Job, Meter
from bench.processors import processor
from stream_edits.app.service import spare_the_collector
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.group import run_together
from stream_edits.engine.ports import Output
from stream_edits.engine.runner import StageRunner

Committed = Callable[[Sequence[Output]], None]


def run(job: Job) -> None:
    """Decide ``job.count`` claims: each has had its first decision committed."""
    meter, decided = Meter(job.count), set[str]()
    runners: list[StageRunner] = []

    def committed(outputs: Sequence[Output]) -> None:
        decided.update(o.about.claim_id for o in outputs if isinstance(o.about, ClaimDecision))
        if decided:
            meter.committed(len(decided))
        if meter.done:
            runners[0].stop()

    runners += runners_on(job, job.input_topic, committed)
    spare_the_collector()
    run_together(runners)
    meter.report()


def runners_on(job: Job, input_topic: str, committed: Committed | None = None) -> list[StageRunner]:
    """The three stages, reading claims from that topic."""
    configs = {stage: stage_config(job.settings, stage) for stage in Stage}
    configs[Stage.INTAKE] = replace(configs[Stage.INTAKE], input_topic=input_topic)
    return [
        StageRunner(config, processor(stage, job.settings), on_committed=committed)
        for stage, config in configs.items()
    ]
