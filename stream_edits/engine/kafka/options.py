"""librdkafka properties: those that the engine sets, and those that the user may set."""

from __future__ import annotations

from collections.abc import Mapping

from ..config import StageConfig
from ..errors import OptionRefused
from ..sizes import Limits

Options = dict[str, object]
# The client's own default for a batch, and what a batch takes besides its records.
_BATCH_BYTES = 1_000_000
_BATCH_MARGIN = 200
# Other names that the client has for options that the engine sets.
_SAME = {"request.required.acks": "acks", "delivery.timeout.ms": "message.timeout.ms"}
# For every consumer. Without it a batch that was damaged on a disk is read as other records, or as
# fewer, without an error; the client does not check by itself.
CHECKED: Mapping[str, object] = {"check.crcs": True}
# The mock cluster's markers of transactions have no checksums.
UNCHECKED: Mapping[str, object] = {"check.crcs": False}


def consumer_options(config: StageConfig, checks: Mapping[str, object] = CHECKED) -> Options:
    """For the group member: eager `range`, read_committed, no automatic commit, no reset."""
    fixed: Options = {
        "group.id": config.group_id,
        "group.protocol": "classic",
        # Eager, so that a commit during a revoke succeeds; the cooperative protocol fences it.
        "partition.assignment.strategy": "range",
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": False,
        **checks,
        "session.timeout.ms": config.session_timeout_ms,
        "max.poll.interval.ms": config.max_poll_interval_ms,
    }
    if config.group_instance_id is not None:
        fixed["group.instance.id"] = config.group_instance_id
    # A full local queue is checked again after 10 ms; the default is a second.
    tuning: Options = {
        "fetch.queue.backoff.ms": 10,
        "allow.auto.create.topics": False,
        # By this the other members know whose transaction to end if we die: see `peers`.
        "client.id": config.transactional_id,
        # New partitions of the input are read this soon.
        "topic.metadata.refresh.interval.ms": 30_000,
    }
    return merged(tuning, config.kafka, config.consumer_options, fixed)


def reader_options(config: StageConfig, checks: Mapping[str, object] = CHECKED) -> Options:
    """For the changelog reader, which joins no group and commits nothing.

    The client looks up the group's coordinator all the same, so the id is one that may be READ.
    """
    fixed: Options = {
        "group.id": config.group_id,
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        **checks,
    }
    tuning: Options = {
        "fetch.wait.max.ms": 50,
        "fetch.queue.backoff.ms": 10,
        # The changelog is read faster than it is applied. The default would hold 64 MB of it beside
        # the state.
        "queued.max.messages.kbytes": 8_192,
    }
    return merged(tuning, config.kafka, config.consumer_options, fixed)


def producer_options(config: StageConfig, limits: Limits) -> Options:
    """For the transactional producer, which partitions like a Java producer (murmur2_random)."""
    fixed: Options = {
        "transactional.id": config.transactional_id,
        "transaction.timeout.ms": config.transaction_timeout_ms,
        "message.timeout.ms": config.message_timeout_ms,
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        # No callback for each delivered message.
        "delivery.report.only.error": True,
    }
    # A batch of many records must fit into the topic with the smallest limit.
    largest_batch = min(_BATCH_BYTES, limits.smallest - _BATCH_MARGIN)
    tuning: Options = {
        "compression.type": "lz4",
        "linger.ms": 5,
        "batch.size": largest_batch,
        # Soon after a commit its markers are not written yet, and the brokers refuse the next
        # transaction for a moment. The default asks again after 100 ms, more than small ones take.
        "retry.backoff.ms": 5,
    }
    options = merged(tuning, config.kafka, config.producer_options, fixed)
    return {**options, "message.max.bytes": _raised(options.get("message.max.bytes"), limits)}


def _raised(given: object, limits: Limits) -> object:
    """The largest limit of the topics, or what is given if that is larger: `publish` may need it.

    What is not a number is left as it is, and the client refuses it.
    """
    if given is None:
        return limits.largest
    text = str(given)
    return max(int(text), limits.largest) if text.isdecimal() else given


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
        for name, value in given.items():
            ours = fixed.get(_SAME.get(name, name))
            if ours is not None and str(value).lower() != str(ours).lower():
                raise OptionRefused(
                    f"remove the client option {name}: the engine sets it to {ours}"
                )
    return {**tuning, **shared, **own, **fixed}
