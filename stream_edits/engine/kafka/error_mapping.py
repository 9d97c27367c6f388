"""What each client error means: the engine's exception for those that a call raises, and which of
those that arrive between records are final."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol

from confluent_kafka import KafkaError, KafkaException

from ..advice import RIGHTS
from ..errors import (
    ClientError,
    EngineStopped,
    FatalClientError,
    GaveUp,
    ProducerFenced,
    RequiresAbort,
    Retriable,
)


class ErrorLike(Protocol):
    """The methods of a KafkaError that are used here."""

    def code(self) -> int:
        """The error's number."""

    def name(self) -> str:
        """The error's name, e.g. `_TIMED_OUT`."""

    def fatal(self) -> bool:
        """True if the client is unusable."""

    def txn_requires_abort(self) -> bool:
        """True if the transaction must be aborted."""

    def retriable(self) -> bool:
        """True if the same call may be repeated."""


# Only the transactional API sets the flags above. From queries (metadata, committed offsets,
# watermarks) these codes mean that a broker is away for the moment.
AWAY = frozenset(
    {
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._TRANSPORT,
        KafkaError._RESOLVE,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._WAIT_COORD,
        KafkaError._WAIT_CACHE,
        # list_offsets fails with it while a partition has no leader.
        KafkaError._NOENT,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.UNSTABLE_OFFSET_COMMIT,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.REBALANCE_IN_PROGRESS,
    }
)

# Errors that arrive in place of a record. All others pass by themselves and are only logged.
# A batch that cannot be read: the client would fetch it again for ever, or leave it out.
UNREADABLE = frozenset(
    {KafkaError._BAD_MSG, KafkaError._BAD_COMPRESSION, KafkaError._NOT_IMPLEMENTED}
)
LOST_OFFSET = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE})
FINAL_IN_GROUP = UNREADABLE | frozenset(
    {
        # The client is unusable, for example because its group.instance.id was fenced. Its error
        # does not have the fatal flag.
        KafkaError._FATAL,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.INCONSISTENT_GROUP_PROTOCOL,
        KafkaError.INVALID_SESSION_TIMEOUT,
        KafkaError.GROUP_MAX_SIZE_REACHED,
    }
)
FINAL_OF_CHANGELOG = UNREADABLE | frozenset(
    {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._AUTO_OFFSET_RESET}
)
# Not GROUP_AUTHORIZATION_FAILED: the group is only named, never joined.
FINAL_OF_TOPIC = FINAL_OF_CHANGELOG | {KafkaError._AUTHENTICATION}

_FENCED = frozenset({"_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"})

_DAMAGED = (
    "a batch in the log is damaged, or unpacks to more than the client can hold; see "
    "docs/operations.md, A batch that cannot be read"
)
_ADVICE = {
    "_BAD_MSG": _DAMAGED,
    "_BAD_COMPRESSION": _DAMAGED,
    "_NOT_IMPLEMENTED": _DAMAGED,
    "_FENCED": "another process uses the same transactional.id: give each one another `instance`",
    "PRODUCER_FENCED": "another process uses the same transactional.id",
    "INVALID_PRODUCER_EPOCH": "the transaction timed out or was fenced; a restart resumes",
    "OUT_OF_ORDER_SEQUENCE_NUMBER": "a topic lost records that this process has written, mostly by "
    "an unclean leader election; a restart resumes and compares the state",
    "_FATAL": "the client gave up, mostly because another process uses its group.instance.id",
    "FENCED_INSTANCE_ID": "another process uses the same group.instance.id",
    "TOPIC_AUTHORIZATION_FAILED": f"the user lacks a right on a topic; {RIGHTS}",
    "GROUP_AUTHORIZATION_FAILED": f"the user may not READ the consumer group; {RIGHTS}",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED": "the user may not WRITE under the transactional id; "
    + RIGHTS,
    "CLUSTER_AUTHORIZATION_FAILED": f"the user lacks a right on the cluster; {RIGHTS}",
    "_AUTHENTICATION": "check sasl.* and security.protocol among the kafka options",
}


def classify(
    error: ErrorLike, call: str, away: frozenset[int] = frozenset()
) -> ClientError | EngineStopped:
    """The engine's exception for a client error.

    The flags are checked in the order of librdkafka's manual: fatal, requires abort, retriable. An
    error without a flag is fatal, unless its code is in `away`.
    """
    name = error.name()
    if not error.fatal():
        if error.txn_requires_abort():
            return RequiresAbort(name)
        if error.retriable() or error.code() in away:
            return Retriable(name)
    kind = ProducerFenced if name in _FENCED else GaveUp if name == "_FATAL" else FatalClientError
    return kind(f"{call} failed for good with {name}: {advice_on(name)}")


def advice_on(name: str) -> str:
    """What to do about an error with that name."""
    return _ADVICE.get(name, "see the brokers' log; a restart resumes from the committed offsets")


@contextmanager
def client_errors(call: str, away: frozenset[int] = frozenset()) -> Iterator[None]:
    """Turn a KafkaException raised in the block into the engine's exception."""
    try:
        yield
    except KafkaException as failure:
        raise_classified(failure.args[0], call, away)


def raise_final(error: ErrorLike, place: str) -> NoReturn:
    """Raise the exception of an error that arrived in place of a record of a topic's partition."""
    # The partition says nothing about other errors, which are the client's or the topic's.
    raise_classified(error, f"consume of {place}" if error.code() in UNREADABLE else "consume")


def raise_classified(error: ErrorLike, call: str, away: frozenset[int] = frozenset()) -> NoReturn:
    """Raise the exception of `classify`. The client's text, which may hold values, is left out."""
    raise classify(error, call, away) from None
