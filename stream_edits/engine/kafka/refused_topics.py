"""What the brokers' refusal of a new topic means, and what to do."""

from __future__ import annotations

from confluent_kafka import KafkaError

NOT_MADE = {
    KafkaError.INVALID_REPLICATION_FACTOR: "the cluster has fewer brokers than the copies that "
    "were asked for; set STREAM_EDITS_REPLICATION_FACTOR (replication_factor) to at most the "
    "number of brokers",
    KafkaError.INVALID_PARTITIONS: "the brokers do not take that number of partitions; correct "
    "STREAM_EDITS_PARTITIONS (partitions)",
    KafkaError.POLICY_VIOLATION: "a policy of the brokers (create.topic.policy.class.name) "
    "forbids it; ask who runs them for its limits of partitions, copies and retention",
    KafkaError.INVALID_CONFIG: "the brokers do not take a setting of it, mostly the retention; "
    "check STREAM_EDITS_EVIDENCE_RETENTION_DAYS (evidence_retention_days)",
    KafkaError.TOPIC_EXCEPTION: "the brokers do not take the name; correct it among the topics of "
    "the settings (letters, digits, '.', '_' and '-', at most 249)",
}
