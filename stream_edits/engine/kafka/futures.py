"""A bound on the futures of the admin client."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TypeVar

from confluent_kafka import KafkaException

from ..errors import Retriable

_T = TypeVar("_T")


def result_of(future: Future[_T], request_s: float) -> _T:
    """The result of an admin request that was sent with a time-out of `request_s` seconds.

    Raises Retriable after twice that time: while a broker restarts, the client may leave a future
    unresolved for ever. Raises KafkaException if the request failed.

    The future keeps its exception. Raised as it is, that exception would refer to the frames of its
    callers, which hold the future and the client: a cycle that only the garbage collector frees.
    """
    try:
        failure = future.exception(2 * request_s)
    except TimeoutError:
        raise Retriable("_TIMED_OUT") from None
    if isinstance(failure, KafkaException):
        raise KafkaException(*failure.args)
    return future.result()
