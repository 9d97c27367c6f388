"""Counting what was decided, once it is committed."""

from collections.abc import Sequence

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.edits.catalog import all_edits
from stream_edits.engine.ports import Output
from stream_edits.metrics import Metrics


class Tally:
    """Decisions and findings by disposition; label children are bound once."""

    def __init__(self, metrics: Metrics) -> None:
        self._decisions = {d: metrics.decisions.labels(d.value) for d in Disposition}
        self._findings = {
            (edit.id, d): metrics.findings.labels(edit.id, d.value)
            for edit in all_edits()
            for d in Disposition
        }
        self._re_sent = metrics.duplicates.labels("encounter")

    def committed(self, outputs: Sequence[Output]) -> None:
        """Count the decisions among a committed transaction's records."""
        for output in outputs:
            decision = output.about
            if isinstance(decision, ClaimDecision):
                self._decisions[decision.disposition].inc()
                for finding in decision.findings:
                    self._findings[finding.edit_id, finding.disposition].inc()

    def re_sent(self) -> None:
        """Count an event that changed nothing; one whose batch was aborted is counted again."""
        self._re_sent.inc()
