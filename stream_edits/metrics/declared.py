"""Every metric, declared once with its help text.

Names begin with `stream_edits_`, units are base units, and labels are bounded: no value of a claim,
member, encounter or provider ever becomes a label.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_AGES = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21600.0)
_EVENTS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000)


class Metrics:
    """All metrics of one process, registered in `registry` (a new one unless given).

    The engine counts through `StageMetrics`, which binds the labels of a stage once. The
    application counts the decisions. Events, claims and decisions are counted after the commit, so
    that an aborted transaction counts nothing.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else CollectorRegistry()
        self._declare_decisions()
        self._declare_open_pends()
        self._declare_findings()
        self._declare_build()
        self._declare_flow()
        self._declare_transactions()
        self._declare_ownership()
        self._declare_client()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def _declare_decisions(self) -> None:
        self.decisions = self._counter(
            "decisions", "Decisions published; a revised one counts again.", "disposition"
        )
        self.revisions = self._counter(
            "revisions", "Decisions that supersede an earlier one of their claim.", "disposition"
        )
        self.not_governed = self._counter(
            "not_governed_decisions", "Decisions on claims that the policy does not govern: PASS."
        )
        # `cause` is whose event it was: the claim's own corrected one, or another claim's.
        self.pends_resolved = self._counter(
            "pends_resolved",
            "Claims that were PEND until a later event, by what they became and whose event it "
            "was: their own, a replacement's, a review of them, or another claim's (other). Line "
            "denials that supervision adds afterwards are not in it.",
            "disposition", "cause",
        )  # fmt: skip

    def _declare_open_pends(self) -> None:
        self.open_pends = self._gauge(
            "open_pends",
            "Claims that are held (PEND) now, by whose move they are (provider, payer, claim) and "
            "by the days left until they are due: overdue, 0-5, 6-15, 16+, or none if they are due "
            "on no day. The sum over all processes.",
            "waits_for", "days_left",
        )  # fmt: skip
        text = (
            "Claims that are held (PEND) now, by each edit that holds them; a claim that several "
        )
        text += "edits hold counts for each. The sum over all processes."
        self.open_pends_by_edit = self._gauge("open_pends_by_edit", text, "edit_id")

    def _declare_findings(self) -> None:
        self.reviews = self._counter(
            "reviews",
            "Findings that a person reviewed, by edit, by what they were, and by the outcome. A "
            "DENY that is approved, and a PEND that is approved or denied, were overturned.",
            "edit_id", "disposition", "outcome",
        )  # fmt: skip
        self.findings = self._counter(
            "findings",
            "Findings of each edit in published decisions; `other` is an edit that is not loaded.",
            "edit_id", "disposition",
        )  # fmt: skip
        text = "Findings of monitored edits. No other metric counts them."
        self.monitored_findings = self._counter(
            "monitored_findings", text, "edit_id", "disposition"
        )
        self.documents_requested = self._counter(
            "documents_requested", "Findings that ask for a document, by its kind.", "document"
        )
        self.lines_cut_back = self._counter(
            "lines_cut_back", "Findings that allow fewer units than billed, but some.", "edit_id"
        )
        self.units_cut_back = self._counter(
            "units_cut_back", "Units billed over those allowed, of lines cut back.", "edit_id"
        )
        # The paragraph follows from the edit: queries join it, so that it is not a label elsewhere.
        self.edit = self._gauge(
            "edit_info", "Always 1: the policy's paragraph of each edit.",
            "edit_id", "policy_section",
        )  # fmt: skip

    def _declare_build(self) -> None:
        self.build = self._gauge(
            "build_info",
            "Always 1: the versions of the software, of the policy (newest revision, and the hash "
            "of its overlay), of the schemas (packaged ids) and of librdkafka.",
            "version", "policy", "event_schema", "decision_schema", "kafka_client",
        )  # fmt: skip

    def _declare_flow(self) -> None:
        self.events = self._counter(
            "events", "Input events committed, by outcome: stepped or dead_letter.",
            "stage", "outcome",
        )  # fmt: skip
        self.claims = self._counter(
            "claims",
            "Claims that left a stage: decided, sent_on to the next hop, or reopened because time "
            "became free. Others are dead letters or unchanged (duplicates).",
            "stage", "outcome",
        )  # fmt: skip
        self.duplicates = self._counter(
            "duplicates", "Events that changed nothing: they, or later ones, were seen.", "stage"
        )
        self.dead_letters = self._counter(
            "dead_letters", "Events sent to the dead letters.", "stage", "error_class"
        )
        self.event_age = self._histogram(
            "event_age_seconds",
            "Age of the oldest event of each transaction, from its record's Kafka timestamp in "
            "the stage's input topic to the commit; from its arrival if the timestamp is older "
            "than a day, in the future or missing.",
            _AGES, "stage",
        )  # fmt: skip
        self.oldest_event_age = self._gauge(
            "oldest_event_age_seconds",
            "Age of the oldest event taken and not committed yet, at the scrape; 0 if there is "
            "none. It counts like event_age_seconds. Records still in the topic are counted by "
            "consumer_lag_records.",
            "stage",
        )
        self.consumer_lag = self._gauge(
            "consumer_lag_records",
            "Input records up to the last known end of the partition that are not committed yet.",
            "stage", "partition",
        )  # fmt: skip

    def _declare_transactions(self) -> None:
        self.transactions = self._counter(
            "transactions", "Transactions, by outcome: committed or aborted.", "stage", "outcome"
        )
        self.aborts = self._counter(
            "aborts", "Aborted transactions, by the client's name of the error.", "stage", "reason"
        )
        self.transaction_seconds = self._histogram(
            "transaction_seconds", "From begin to the end of commit or abort.", _SECONDS, "stage"
        )
        self.transaction_events = self._histogram(
            "transaction_events", "Input events in a committed transaction.", _EVENTS, "stage"
        )
        self.last_commit = self._gauge(
            "last_commit_timestamp_seconds",
            "Unix time of the last commit; 0 before the first.",
            "stage",
        )
        self.retries = self._counter(
            "retries", "Retries of a client call, or of an event (try_again: a registry is away).",
            "stage", "reason",
        )  # fmt: skip

    def _declare_ownership(self) -> None:
        self.ready = self._gauge("ready", "1 when restored, without foreign members.", "stage")
        text = "Partitions this process owns."
        self.assigned_partitions = self._gauge("assigned_partitions", text, "stage")
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
            "stage", "partition",
        )  # fmt: skip
        self.state_entries = self._gauge(
            "state_entries", "Keys in the state of an owned partition.", "stage", "partition"
        )
        text = "Keys and values in the state of an owned partition; in memory they take more."
        self.state_bytes = self._gauge("state_bytes", text, "stage", "partition")
        self.largest_key = self._gauge(
            "largest_key",
            "The most claims of a member, or slots of a supervisor's day, touched lately.",
            "stage", "partition",
        )  # fmt: skip

    def _declare_client(self) -> None:
        """From librdkafka's own statistics, which arrive every 15 s."""
        client = ("stage", "client")
        self.client_timestamp = self._gauge(
            "client_statistics_timestamp_seconds", "Unix time of these statistics.", *client
        )
        self.client_brokers = self._gauge(
            "client_brokers_up", "Brokers that the client is connected to.", *client
        )
        self.client_round_trip = self._gauge(
            "client_round_trip_seconds", "The slowest broker's answers, avg and p99.",
            *client, "statistic",
        )  # fmt: skip
        self.client_requests = self._gauge(
            "client_requests", "Requests to brokers: waiting to be sent, or for an answer.",
            *client, "waiting",
        )  # fmt: skip
        self.client_messages = self._gauge(
            "client_queued_messages", "Messages fetched and not taken, or not delivered.", *client
        )
        self.client_errors = self._counter(
            "client_errors", "Failures on connections, by kind: send, receive or timeout.",
            *client, "kind",
        )  # fmt: skip
        self.client_disconnects = self._counter(
            "client_disconnects", "Connections to brokers that ended.", *client
        )
        self.group_steady = self._gauge(
            "group_steady", "1 while the member of the consumer group is not rebalancing.", "stage"
        )

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
