"""The whole pipeline in one process: three stages in three threads, as `run` has them."""

from collections.abc import Sequence
from dataclasses import replace

from bench.job import Job, Meter
from bench.processors import encounter_processor, intake_processor, supervision_processor
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.group import run_together
from stream_edits.engine.ports import Output
from stream_edits.engine.runner import StageRunner

_PROCESSORS = {
    Stage.INTAKE: intake_processor,
    Stage.ENCOUNTER: encounter_processor,
    Stage.SUPERVISION: supervision_processor,
}


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

    for stage, make in _PROCESSORS.items():
        config = stage_config(job.settings, stage)
        if stage is Stage.INTAKE:
            config = replace(config, input_topic=job.input_topic)
        runners.append(StageRunner(config, make(job.settings), on_committed=committed))
    run_together(runners)
    meter.report()
