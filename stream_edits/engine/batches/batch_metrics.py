"""The metrics of a committed batch. They are counted after the commit, so never twice."""

from __future__ import annotations

from stream_edits.metrics import StageMetrics

from .. import log
from .batch import Batch


def count_committed(
    batch: Batch, stage: str, metrics: StageMetrics, now_s: float, since_ms: int
) -> None:
    """Count a batch that was committed at `now_s` (Unix time in seconds).

    `since_ms` says since when its oldest event waited, in milliseconds.
    """
    dead = len(batch.reasons)
    metrics.committed.inc()
    if not batch.events:
        return
    metrics.stepped.inc(batch.events - dead)
    metrics.transaction_events.observe(batch.events)
    metrics.last_commit.set(now_s)
    metrics.event_age.observe(max(0.0, now_s - since_ms / 1000))
    if dead:
        metrics.dead_lettered.inc(dead)
        for reason in batch.reasons:
            metrics.dead_letters(reason.error_class).inc()
        log.warning(
            "dead_letters", stage=stage, count=dead, first_class=batch.reasons[0].error_class
        )
