"""Several runners in one process: they run together and end together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Protocol

from . import log


class Runnable(Protocol):
    """What `run_together` runs: a StageRunner."""

    def run(self) -> None:
        """Block until stopped."""

    def stop(self) -> None:
        """Make `run` return soon."""


def run_together(runners: Sequence[Runnable], handle_signals: bool = True) -> None:
    """Run each runner in a thread until all have returned.

    When one runner fails or returns, the others are stopped. Raises the first failure. With
    `handle_signals`, SIGTERM and SIGINT stop them all; only the main thread can do that.
    """
    failures: list[BaseException] = []
    ended = threading.Event()

    def stop_all(signum: int | None = None, frame: FrameType | None = None) -> None:
        for runner in runners:
            runner.stop()

    def run_one(runner: Runnable) -> None:
        try:
            runner.run()
        except BaseException as failure:
            failures.append(failure)
        finally:
            ended.set()

    threads = [
        threading.Thread(target=run_one, args=(runner,), name=f"stage-{number}")
        for number, runner in enumerate(runners)
    ]
    with _signals(stop_all) if handle_signals else nullcontext():
        for thread in threads:
            thread.start()
        # With a time-out, because the main thread runs no signal handler during an endless wait.
        while threads and not ended.wait(0.2):
            pass
        stop_all()
        for thread in threads:
            thread.join()
    log.info("all_stopped", runners=len(runners), failures=len(failures))
    if failures:
        raise failures[0]


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle SIGTERM and SIGINT inside the block, then restore the former handlers."""
    before = {each: signal.signal(each, handler) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, former in before.items():
            signal.signal(each, former)
