"""The stages as the engine steps them, for one record at a time and without Kafka."""

from dataclasses import replace

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.outbox import Outbox
from stream_edits.app.processors import (
    EncounterProcessor,
    IntakeProcessor,
    ReviewProcessor,
    SupervisionProcessor,
)
from stream_edits.app.wiring import Stage, decision_builder, stage_config
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.reviews import ReviewReader
from stream_edits.codec.schemas import PackagedSchemas, SchemaSource
from stream_edits.domain.decision import Disposition
from stream_edits.engine.batches.batch import BatchBuilder
from stream_edits.engine.batches.circuit_breaker import CircuitBreaker
from stream_edits.engine.config import Breaker
from stream_edits.engine.dead_letters.dead_letter import DeadLetterReason, original
from stream_edits.engine.ports import Headers, Output, Processor, Record
from stream_edits.engine.state.store import MemoryStore, NoState, UncommittedState
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from tests.fuzz.judging import Defect, refused

_SETTINGS = Settings()
_HEADERS: Headers = [("traceparent", b"00-1"), ("none", None), ("raw", b"\xff\x00")]
_KEY = b"\xff key"
# After the events of all seeds.
_RECORDED_MS = 2_000_000_000_000
_MOST_STEPS = 200


class Stages:
    """One deployment's stages. Every record starts from an empty memory."""

    def __init__(self, schemas: SchemaSource | None = None) -> None:
        source = schemas or PackagedSchemas()
        reader = ClaimReader(source)
        builder, retention = decision_builder(_SETTINGS), DEFAULT_RETENTION
        decision_metrics = DecisionMetrics(Metrics(), builder.policies)
        outbox = Outbox(_SETTINGS.topics, dict.fromkeys(Disposition, decision_encoder(2)))
        processors: dict[Stage, Processor] = {
            Stage.INTAKE: IntakeProcessor(builder, reader, outbox),
            Stage.REVIEW: ReviewProcessor(ReviewReader(source), outbox),
            Stage.ENCOUNTER: EncounterProcessor(
                builder, retention, reader, outbox, decision_metrics
            ),
            Stage.SUPERVISION: SupervisionProcessor(builder, retention, outbox, decision_metrics),
        }
        # Every event may be a dead letter here.
        wide = Breaker(window=1, share=1.0, minimum=1)
        configs = {s: replace(stage_config(_SETTINGS, s), breaker=wide) for s in Stage}
        self._breaker = CircuitBreaker(wide)
        self._inputs = {configs[stage].input_topic: stage for stage in Stage}
        self._builders = {
            stage: BatchBuilder(configs[stage], processors[stage], self._breaker, lambda: 0.0)
            for stage in Stage
        }
        self._views: dict[Stage, UncommittedState] = {}

    def take(self, stage: Stage, value: bytes | None) -> str:
        """Step a record of any bytes, and whatever comes of it, to the end.

        "decoded", or the class of its dead letter. Raises Defect when it is lost, when its dead
        letter is not the record, or when a stage refuses what an earlier one has made.
        """
        self._views = {
            Stage.INTAKE: NoState(),
            Stage.REVIEW: NoState(),
            Stage.ENCOUNTER: UncommittedState(MemoryStore()),
            Stage.SUPERVISION: UncommittedState(MemoryStore()),
        }
        topic = next(name for name, each in self._inputs.items() if each is stage)
        record = Record(topic, 0, 7, _KEY, value, _HEADERS, _RECORDED_MS)
        outputs, reasons = self._step(stage, record)
        if reasons:
            self._same(record, outputs)
            return refused(*reasons[0])
        if stage in (Stage.INTAKE, Stage.REVIEW) and len(outputs) != 1:
            raise Defect(f"{stage} made no output, or several, of one event")
        self._to_the_end(outputs)
        return "decoded"

    def _to_the_end(self, outputs: list[Output]) -> None:
        todo, steps = outputs, 0
        while todo:
            output, *todo = todo
            stage = self._inputs.get(output.topic)
            if stage is None:
                continue
            steps += 1
            if steps > _MOST_STEPS:
                raise Defect("one claim sets off messages without end")
            made = Record(output.topic, 0, steps, output.key, output.value, output.headers, 1)
            further, reasons = self._step(stage, made)
            # A review is about a claim that this memory does not have.
            if reasons and reasons[0][0] != "UnknownReview":
                raise Defect(f"{stage} refuses what a stage has made: {reasons[0][0]}")
            todo += further

    def _step(self, stage: Stage, record: Record) -> tuple[list[Output], list[DeadLetterReason]]:
        batch = self._builders[stage].build([record], {0: self._views[stage]})
        self._breaker.discard_batch()
        if batch.rest is not None or batch.offsets != {0: record.offset + 1}:
            raise Defect("a record was neither processed nor refused")
        return batch.outputs, batch.reasons

    def _same(self, record: Record, outputs: list[Output]) -> None:
        if len(outputs) != 1 or outputs[0].topic != _SETTINGS.topics.dead_letter:
            raise Defect("a refused record is not exactly one dead letter")
        letter = outputs[0]
        if (letter.key, letter.value) != (record.key, record.value):
            raise Defect("a dead letter is not the record byte for byte")
        if list(original(letter.headers).headers) != list(record.headers):
            raise Defect("a dead letter has not the record's headers")
