"""quixstreams, exactly once with state.

The variant ``bytes`` passes records through and writes one state record per event. ``pipeline``
runs the whole job with the functions of our stages.
"""

from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

from quixstreams import Application, State
from quixstreams.models import BytesSerializer, Topic

from bench.job import COMMIT_RECORDS, COMMIT_S, Job, Meter
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.ports import Output, Processor, Record


def run(job: Job, variant: str) -> None:
    """Process ``job.records`` records."""
    meter = Meter(job.records)
    with TemporaryDirectory() as folder:
        app = Application(
            broker_address=job.settings.bootstrap_servers,
            consumer_group=job.settings.group_prefix,
            auto_offset_reset="earliest",
            processing_guarantee="exactly-once",
            commit_every=COMMIT_RECORDS,
            commit_interval=COMMIT_S,
            state_dir=folder,
            loglevel="ERROR",
            consumer_poll_timeout=0.1,
            producer_extra_config={"linger.ms": 5, "compression.type": "lz4"},
        )
        (_pass_through if variant == "bytes" else _pipeline)(app, job, meter)
        app.run()
    meter.report()


def _pass_through(app: Application, job: Job, meter: Meter) -> None:
    done = 0

    def step(value: bytes, state: State) -> bytes:
        nonlocal done
        done += 1
        state.set_bytes("newest", b"%d" % done)
        _update(app, meter, done, COMMIT_RECORDS)
        return value

    stream = app.dataframe(_topic(app, job.input_topic)).apply(step, stateful=True)
    stream.to_topic(_topic(app, job.settings.topics.pass_))


def _pipeline(app: Application, job: Job, meter: Meter) -> None:
    topics = job.settings.topics
    decided = set[str]()

    def noted(output: Output) -> Output:
        if isinstance(output.about, ClaimDecision):
            decided.add(output.about.claim_id)
            _update(app, meter, len(decided), COMMIT_RECORDS)
        return output

    stages: list[tuple[str, Processor]] = [
        (job.input_topic, processor(Stage.INTAKE, job.settings)),
        (topics.by_member, processor(Stage.ENCOUNTER, job.settings)),
        (topics.by_supervisor, processor(Stage.SUPERVISION, job.settings)),
    ]
    written = {name: _topic(app, name) for name in topics.by_key().values()}
    for name, stage in stages:
        source = written.get(name) or _topic(app, name)
        stream = app.dataframe(source).apply(
            _stepping(name, stage, noted), stateful=True, expand=True, metadata=True
        )
        stream.to_topic(
            lambda output, *_: written[output.topic],
            key=lambda output: output.key,
        )


def _stepping(
    name: str, stage: Processor, noted: Callable[[Output], Output]
) -> Callable[..., list[Output]]:
    offset = 0

    def step(value: bytes, key: bytes, _timestamp: int, _headers: Any, state: State) -> Any:
        nonlocal offset
        offset += 1
        record = Record(name, 0, offset, key, value, (), 0)
        return [noted(output) for output in stage.process(record, _View(state))]

    return step


class _View:
    """Our StateView on a quixstreams state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, key: bytes) -> bytes | None:
        found: bytes | None = self._state.get_bytes(key)
        return found

    def put(self, key: bytes, value: bytes) -> None:
        self._state.set_bytes(key, value)

    def note_size(self, items: int) -> None:
        """Nobody measures it here."""

    def delete(self, key: bytes) -> None:
        self._state.delete(key)


class _Value(BytesSerializer):
    """Serializes the value of an output, or bytes unchanged."""

    def __call__(self, value: Any, ctx: Any) -> bytes:
        found = value.value if isinstance(value, Output) else value
        assert isinstance(found, bytes)
        return found


def _topic(app: Application, name: str) -> Topic:
    return app.topic(
        name,
        key_deserializer="bytes",
        value_deserializer="bytes",
        key_serializer="bytes",
        value_serializer=_Value(),
    )


def _update(app: Application, meter: Meter, done: int, every: int) -> None:
    # It commits after every ``every`` records, so the records before the last ones are committed.
    if done % every == 0:
        meter.committed(done)
    if meter.done:
        app.stop()
