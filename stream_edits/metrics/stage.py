"""The metrics of one stage, bound once, so that the loop looks up no label."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import Counter, Gauge

from .client import ClientMetrics, ClientStatistics
from .declared import Metrics

# The client's names of the errors that abort transactions. All others are counted as OTHER.
ABORT_REASONS = frozenset(
    {
        *("_TIMED_OUT", "_MSG_TIMED_OUT", "_TRANSPORT", "_STATE", "_PURGE_QUEUE"),
        *("ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS"),
        *("COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR", "CONCURRENT_TRANSACTIONS"),
        *("NOT_ENOUGH_REPLICAS", "REQUEST_TIMED_OUT", "MSG_SIZE_TOO_LARGE"),
        *("TOPIC_AUTHORIZATION_FAILED", "UNKNOWN_TOPIC_OR_PART", "INVALID_PRODUCER_EPOCH"),
        "OTHER",
    }
)


class StageMetrics:
    """The metrics of one stage. Binding them here makes all its series start at 0."""

    def __init__(self, metrics: Metrics, stage: str) -> None:
        self._all = metrics
        self._stage = stage
        self.stepped = metrics.events.labels(stage, "stepped")
        self.dead_lettered = metrics.events.labels(stage, "dead_letter")
        self.duplicates = metrics.duplicates.labels(stage)
        self.committed = metrics.transactions.labels(stage, "committed")
        self.aborted = metrics.transactions.labels(stage, "aborted")
        self.retried_calls = metrics.retries.labels(stage, "client")
        self.retried_events = metrics.retries.labels(stage, "try_again")
        self.transaction_seconds = metrics.transaction_seconds.labels(stage)
        self.transaction_events = metrics.transaction_events.labels(stage)
        self.event_age = metrics.event_age.labels(stage)
        self.last_commit = metrics.last_commit.labels(stage)
        self.assigned = metrics.rebalances.labels(stage, "assigned")
        self.revoked = metrics.rebalances.labels(stage, "revoked")
        self.lost = metrics.rebalances.labels(stage, "lost")
        self.restore_records = metrics.restore_records.labels(stage)
        self.restore_seconds = metrics.restore_seconds.labels(stage)
        self.assigned_partitions = metrics.assigned_partitions.labels(stage)
        self._oldest_event_age = metrics.oldest_event_age.labels(stage)
        self._ready = metrics.ready.labels(stage)
        self._aborts = {name: metrics.aborts.labels(stage, name) for name in ABORT_REASONS}
        self._clients = {
            name: ClientMetrics(metrics, stage, name) for name in ("consumer", "producer")
        }

    def ask(self, ready: Callable[[], bool], oldest_event_age_s: Callable[[], float]) -> None:
        """Call these at every scrape, in its thread: a loop that hangs would set no gauge."""
        self._ready.set_function(ready)
        self._oldest_event_age.set_function(oldest_event_age_s)

    def aborted_for(self, reason: str) -> None:
        """Count an aborted transaction; `reason` is the client's name of the error."""
        self.aborted.inc()
        self._aborts[reason if reason in ABORT_REASONS else "OTHER"].inc()

    def client(self, statistics: ClientStatistics) -> None:
        """Set the metrics of a Kafka client."""
        self._clients[statistics.client].take(statistics)

    def dead_letters(self, error_class: str) -> Counter:
        """The counter of one error class. Looked up, because dead letters are rare."""
        return self._all.dead_letters.labels(self._stage, error_class)

    def state(self, partition: int, entries: int, size_bytes: int) -> None:
        """Set the size of the state of an owned partition."""
        number = str(partition)
        self._all.state_entries.labels(self._stage, number).set(entries)
        self._all.state_bytes.labels(self._stage, number).set(size_bytes)

    def largest_key(self, partition: int, items: int) -> None:
        """Set how many items the largest key has that was touched lately."""
        self._all.largest_key.labels(self._stage, str(partition)).set(items)

    def restore_remaining(self, partition: int) -> Gauge:
        """The gauge of the changelog records that a restore still has to read."""
        return self._all.restore_remaining.labels(self._stage, str(partition))

    def lag(self, partition: int) -> Gauge:
        """The lag gauge of an owned partition."""
        return self._all.consumer_lag.labels(self._stage, str(partition))

    def forget_partition(self, partition: int) -> None:
        """Remove every gauge of a partition that is no longer owned here."""
        for gauge in (
            self._all.state_entries,
            self._all.state_bytes,
            self._all.largest_key,
            self._all.restore_remaining,
            self._all.consumer_lag,
        ):
            gauge.remove_by_labels({"stage": self._stage, "partition": str(partition)})
