"""The processors of the stages as with `run`: bytes in, bytes out."""

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.wiring import Stage, decision_builder, processors
from stream_edits.engine.ports import Processor
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings


def processor(stage: Stage, settings: Settings | None = None) -> Processor:
    """The processor of a stage with these settings, by default the default ones."""
    settings = settings or Settings()
    builder = decision_builder(settings)
    return processors(settings, builder, DecisionMetrics(Metrics(), builder.policies))[stage]
