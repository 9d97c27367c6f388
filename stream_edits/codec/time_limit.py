"""A time limit for a whole request, however its answer comes.

The time-out of an HTTP client starts again with every byte, so a server that sends a byte now and
then could hold its caller for ever.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

_Answer = TypeVar("_Answer")


class TooSlow(Exception):
    """There was no answer in time."""


def within(limit_s: float, request: Callable[[], _Answer]) -> _Answer:
    """What `request` returns or raises. Raises TooSlow after `limit_s` seconds.

    It runs in a daemon thread, which then goes on until `request` ends by itself.
    """
    answers: list[_Answer] = []
    failures: SimpleQueue[BaseException | None] = SimpleQueue()

    def run() -> None:
        try:
            answers.append(request())
        except BaseException as failure:
            failures.put(failure)
        else:
            failures.put(None)

    threading.Thread(target=run, name="request", daemon=True).start()
    try:
        failure = failures.get(timeout=limit_s)
    except Empty:
        raise TooSlow from None
    try:
        if failure is not None:
            raise failure
    finally:
        # The exception refers to this frame: without the name there is no cycle.
        del failure
    return answers[0]
