"""Several runners in one process: they run together and stop together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Protocol

from . import log


class Runnable(Protocol):
    """What `run_together` runs: a StageRunner."""

    def run(self) -> None:
        """Block until stopped."""

    def stop(self) -> None:
        """Ask `run` to return."""


def run_together(runners: Sequence[Runnable], handle_signals: bool = True) -> None:
    """Run each runner in a thread until all have returned.

    SIGTERM and SIGINT stop them all (only in the main thread; the former handlers are restored).
    When one fails or returns, the others are stopped; the first failure is raised here.
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
    before = (
        {sig: signal.signal(sig, stop_all) for sig in (signal.SIGTERM, signal.SIGINT)}
        if handle_signals
        else {}
    )
    try:
        for thread in threads:
            thread.start()
        # A timed wait, for an untimed one in the main thread would not run signal handlers.
        while threads and not ended.wait(0.2):
            pass
        stop_all()
        for thread in threads:
            thread.join()
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)
    log.info("all_stopped", runners=len(runners), failures=len(failures))
    if failures:
        raise failures[0]
