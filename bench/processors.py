"""The stages' processors as `run` makes them, bytes in, bytes out."""

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.wiring import Stage, decision_builder, processors
from stream_edits.engine.ports import Processor
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings


def processor(stage: Stage, settings: Settings | None = None) -> Processor:
    """One stage's, under these settings or the default ones."""
    settings = settings or Settings()
    builder = decision_builder(settings)
    return processors(settings, builder, DecisionMetrics(Metrics(), builder.policies))[stage]
