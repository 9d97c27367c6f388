"""The stages' processors as `run` makes them without a schema registry."""

from stream_edits.app.processors import (
    EncounterProcessor,
    IntakeProcessor,
    SupervisionProcessor,
)
from stream_edits.app.records import Outbox
from stream_edits.app.tally import Tally
from stream_edits.app.wiring import drafting_of
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.schemas import CLAIM_DECISION, PackagedSchemas, schema_of
from stream_edits.domain.decision import Disposition
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings


def intake_processor(settings: Settings | None = None) -> IntakeProcessor:
    """The intake stage, bytes in, bytes out."""
    settings = settings or Settings()
    return IntakeProcessor(drafting_of(settings), _reader(), _outbox(settings))


def encounter_processor(settings: Settings | None = None) -> EncounterProcessor:
    """The encounter stage, bytes in, bytes out."""
    settings = settings or Settings()
    tally = Tally(Metrics())
    return EncounterProcessor(drafting_of(settings), _reader(), _outbox(settings), tally)


def supervision_processor(settings: Settings | None = None) -> SupervisionProcessor:
    """The supervision stage, bytes in, bytes out."""
    settings = settings or Settings()
    return SupervisionProcessor(drafting_of(settings), _outbox(settings))


def _reader() -> ClaimReader:
    return ClaimReader(PackagedSchemas())


def _outbox(settings: Settings) -> Outbox:
    encoder = decision_encoder(schema_of(CLAIM_DECISION).id)
    return Outbox(settings.topics, dict.fromkeys(Disposition, encoder))
