"""One stage alone on the engine: ``intake``, ``encounter`` or ``supervision``.

The variant ``engine`` measures the engine with a stage that passes bytes through and writes one
state record per event.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bench.job import Job, Meter
from bench.processors import processor
from stream_edits import collector
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.engine.kafka import ConfluentKafka
from stream_edits.engine.ports import KafkaPort, Output, Processor, Record, StageConfig, StateView
from stream_edits.engine.runner import StageRunner


class PassThrough:
    """Copies bytes, and stores the offset under the key."""

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        state.put(record.key or b"", b"%d" % record.offset)
        return [Output(self._topic, record.key, record.value)]


def run(job: Job, variant: str) -> None:
    """Process ``job.records`` records of the stage's input."""
    run_stage(job, *configured(job, variant), ConfluentKafka())


def configured(job: Job, variant: str) -> tuple[StageConfig, Processor]:
    """The stage's configuration as with `run`, but on the job's input."""
    stage = Stage.ENCOUNTER if variant == "engine" else Stage(variant)
    config = replace(stage_config(job.settings, stage), input_topic=job.input_topic)
    if variant == "engine":
        return config, PassThrough(job.settings.topics.pass_)
    return config, processor(stage, job.settings)


def run_stage(job: Job, config: StageConfig, processor: Processor, port: KafkaPort) -> None:
    """Run rounds of the runner until the job is done."""
    meter, counted = Meter(job.records), Counted(processor)

    def committed(_: Sequence[Output]) -> None:
        meter.committed(counted.events)

    runner = StageRunner(config, counted, port=port, on_committed=committed)
    collector.spare()
    runner.start()
    while not meter.done:
        runner.run_round()
    meter.report()
    runner.close()


class Counted:
    """A processor that counts its input records."""

    def __init__(self, processor: Processor) -> None:
        self._process = processor.process
        self.events = 0

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        self.events += 1
        return self._process(record, state)
