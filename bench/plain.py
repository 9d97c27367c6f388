"""The whole job as one function with state in memory, for libraries without state."""

from stream_edits.app.wiring import decision_builder
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.schemas import CLAIM_DECISION, PackagedSchemas, schema_of
from stream_edits.domain.decision import Source
from stream_edits.settings import Settings
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.retention import Retention


class PlainJob:
    """Framed claims in, framed decisions out, with one state for all members and supervisors."""

    def __init__(self, settings: Settings) -> None:
        self._read = ClaimReader(PackagedSchemas()).decode
        self._run = Pipeline(decision_builder(settings), Retention(settings.retention_days))
        self._encode = decision_encoder(schema_of(CLAIM_DECISION).id)

    def decide(self, framed: bytes) -> list[bytes]:
        """The framed decisions that a claim causes."""
        source = Source("claims", 0, 0)
        return [self._encode(each) for each in self._run.decide(self._read(framed), source)]
