"""Every metric, declared once with its help. Names are prefixed `stream_edits_`, units are base
units, labels are bounded: no claim, member, encounter or provider value ever becomes a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.metrics import MetricWrapperBase

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_AGES = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21600.0)
_EVENTS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)


class Metrics:
    """All metrics of one process, registered in `registry` (a fresh one unless given).

    Stage code uses `stage(name)`, which binds the label children once; the application counts
    decisions, findings and duplicates itself.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else CollectorRegistry()
        self._declare_business()
        self._declare_flow()
        self._declare_ownership()

    def _declare_business(self) -> None:
        # Decisions published, by disposition (pass, pend, deny).
        self.decisions = self._counter("decisions", "Decisions made.", "disposition")
        # Findings of every edit; edit_id comes from the catalogue and is bounded by it.
        self.findings = self._counter("findings", "Edit findings.", "edit_id", "disposition")
        # Events that changed nothing because the same event had been seen.
        self.duplicates = self._counter("duplicates", "Duplicate events ignored.", "stage")
        self.build = Info(
            "stream_edits_build", "Version of the running software.", registry=self.registry
        )

    def _declare_flow(self) -> None:
        # Counted after the commit, so an aborted transaction counts nothing twice.
        self.events = self._counter(
            "events", "Input events committed, by outcome: stepped or dead_letter.",
            "stage", "outcome",
        )  # fmt: skip
        self.dead_letters = self._counter(
            "dead_letters", "Events sent to the dead letters.", "stage", "error_class"
        )
        self.transactions = self._counter(
            "transactions", "Transactions, by outcome: committed or aborted.", "stage", "outcome"
        )
        self.retries = self._counter(
            "retries", "Calls and events tried again, by reason.", "stage", "reason"
        )
        self.transaction_seconds = self._histogram(
            "transaction_seconds", "From begin to the end of commit or abort.", _SECONDS, "stage"
        )
        self.transaction_events = self._histogram(
            "transaction_events", "Input events in a committed transaction.", _EVENTS, "stage"
        )
        self.event_age = self._histogram(
            "event_age_seconds",
            "Age (record timestamp to commit) of the oldest event of each transaction.",
            _AGES,
            "stage",
        )
        self.oldest_event_age = self._gauge(
            "oldest_event_age_seconds",
            "Age of the oldest event taken and not yet decided; 0 when none. Alert on this.",
            "stage",
        )
        self.last_commit = self._gauge(
            "last_commit_timestamp_seconds", "Unix time of the last commit.", "stage"
        )

    def _declare_ownership(self) -> None:
        self.rebalances = self._counter(
            "rebalances", "Rebalance callbacks, by kind: assigned, revoked or lost.",
            "stage", "kind",
        )  # fmt: skip
        self.restore_records = self._counter(
            "restore_records", "Changelog records read while restoring.", "stage"
        )
        self.restore_seconds = self._histogram(
            "restore_seconds", "Duration of complete restores.", _AGES, "stage"
        )
        self.restore_remaining = self._gauge(
            "restore_remaining_records",
            "Changelog offsets still ahead of a running restore (an upper bound).",
            "stage",
            "partition",
        )
        self.state_entries = self._gauge(
            "state_entries", "Keys in the state of an owned partition.", "stage", "partition"
        )
        self.assigned_partitions = self._gauge(
            "assigned_partitions", "Partitions this process owns.", "stage"
        )
        self.ready = self._gauge("ready", "1 when assigned and restored.", "stage")
        # Reads at least 1 for ever behind a transaction marker: never alert on equality with 0.
        self.consumer_lag = self._gauge(
            "consumer_lag_records", "High watermark minus next offset, from cached watermarks.",
            "stage", "partition",
        )  # fmt: skip

    def stage(self, stage: str) -> StageMetrics:
        """Bind every label child of one stage (the stage's name), so that its series start at 0."""
        return StageMetrics(self, stage)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"stream_edits_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"stream_edits_{name}", text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            f"stream_edits_{name}", text, labels, buckets=buckets, registry=self.registry
        )


class StageMetrics:
    """The children of one stage, bound once: the loop never looks a label up."""

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
        self.oldest_event_age = metrics.oldest_event_age.labels(stage)
        self.last_commit = metrics.last_commit.labels(stage)
        self.assigned = metrics.rebalances.labels(stage, "assigned")
        self.revoked = metrics.rebalances.labels(stage, "revoked")
        self.lost = metrics.rebalances.labels(stage, "lost")
        self.restore_records = metrics.restore_records.labels(stage)
        self.restore_seconds = metrics.restore_seconds.labels(stage)
        self.assigned_partitions = metrics.assigned_partitions.labels(stage)
        self.ready = metrics.ready.labels(stage)

    def dead_letters(self, error_class: str) -> Counter:
        """The counter of one class of dead letters (rare, hence looked up)."""
        return self._all.dead_letters.labels(self._stage, error_class)

    def state_entries(self, partition: int) -> Gauge:
        """The state size gauge of an owned partition."""
        return self._all.state_entries.labels(self._stage, str(partition))

    def restore_remaining(self, partition: int) -> Gauge:
        """The restore progress gauge of an owned partition."""
        return self._all.restore_remaining.labels(self._stage, str(partition))

    def lag(self, partition: int) -> Gauge:
        """The lag gauge of an owned partition."""
        return self._all.consumer_lag.labels(self._stage, str(partition))

    def forget_partition(self, partition: int) -> None:
        """Remove every gauge of a partition that is no longer owned here."""
        for gauge in (
            self._all.state_entries,
            self._all.restore_remaining,
            self._all.consumer_lag,
        ):
            gauge.remove_by_labels({"stage": self._stage, "partition": str(partition)})


def declared() -> list[tuple[str, str, str, tuple[str, ...]]]:
    """(name, type, help, labels) of every metric, in order of declaration: for generated docs."""
    return [
        (metric._name, metric._type or "", metric._documentation, tuple(metric._labelnames))
        for metric in vars(Metrics()).values()
        if isinstance(metric, MetricWrapperBase)
    ]
