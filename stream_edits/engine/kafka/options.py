"""librdkafka properties: what the engine sets, and what it lets others set."""

from __future__ import annotations

from collections.abc import Mapping

from ..config import StageConfig
from ..errors import OptionRefused

Options = dict[str, object]


def consumer_options(config: StageConfig) -> Options:
    """Of the group member: eager `range`, read_committed, no automatic commit, no reset."""
    fixed: Options = {
        "group.id": config.group_id,
        "group.protocol": "classic",
        # Eager: a commit at revoke time lands; under the cooperative protocol it is fenced.
        "partition.assignment.strategy": "range",
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": False,
        "session.timeout.ms": config.session_timeout_ms,
        "max.poll.interval.ms": config.max_poll_interval_ms,
    }
    if config.group_instance_id is not None:
        fixed["group.instance.id"] = config.group_instance_id
    # A full local queue is looked at again after 10 ms, not after the default second.
    tuning: Options = {"fetch.queue.backoff.ms": 10, "allow.auto.create.topics": False}
    return merged(tuning, config.kafka, config.consumer_options, fixed)


def reader_options(config: StageConfig) -> Options:
    """Of the changelog reader: it only assigns, so its group id never meets a coordinator."""
    fixed: Options = {
        "group.id": f"{config.group_id}-restore",
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
    }
    tuning: Options = {"fetch.wait.max.ms": 50, "fetch.queue.backoff.ms": 10}
    return merged(tuning, config.kafka, config.consumer_options, fixed)


def producer_options(config: StageConfig) -> Options:
    """Of the transactional producer; murmur2_random, so that Java producers agree on partitions."""
    fixed: Options = {
        "transactional.id": config.transactional_id,
        "transaction.timeout.ms": config.transaction_timeout_ms,
        "message.timeout.ms": config.message_timeout_ms,
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        # The callback runs for failures only: none per delivered message.
        "delivery.report.only.error": True,
        # Room for the headers of a dead letter around a record of the largest size.
        "message.max.bytes": config.max_message_bytes + 65_536,
    }
    tuning: Options = {"compression.type": "lz4", "linger.ms": 5}
    return merged(tuning, config.kafka, config.producer_options, fixed)


def merged(
    tuning: Mapping[str, object],
    shared: Mapping[str, object],
    own: Mapping[str, object],
    fixed: Options,
) -> Options:
    """`fixed` over `own` over `shared` over `tuning`.

    Raises OptionRefused if the user's options contradict what the engine sets.
    """
    for given in (shared, own):
        for name in given.keys() & fixed.keys():
            if str(given[name]).lower() != str(fixed[name]).lower():
                raise OptionRefused(
                    f"remove the client option {name}: the engine sets it to {fixed[name]}"
                )
    return {**tuning, **shared, **own, **fixed}
