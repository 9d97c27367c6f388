"""A bound on the futures of the admin client."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TypeVar

from ..errors import Retriable

_T = TypeVar("_T")


def result_of(future: Future[_T], request_s: float) -> _T:
    """The result of an admin request that was sent with a time-out of `request_s` seconds.

    Raises Retriable after twice that time: while a broker restarts, the client may leave a future
    unresolved for ever. Raises KafkaException if the request failed.
    """
    try:
        return future.result(2 * request_s)
    except TimeoutError:
        raise Retriable("_TIMED_OUT") from None
