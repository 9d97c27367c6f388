"""A time limit for client calls that may never return.

`send_offsets_to_transaction` ignores its time-out, and never returns, when the group coordinator
goes away at the wrong moment (confluentinc/librdkafka#5456, #5511).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

from ..errors import FatalClientError

_Call = Callable[[], None]


class CallWatchdog:
    """Runs calls one by one in a daemon thread, which does not keep the process alive."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        self._answered = threading.Event()
        self.hangs = False
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    def run(self, name: str, call: _Call, limit_s: float) -> None:
        """Run `call` and raise what it raises.

        `limit_s` (seconds) must exceed the call's own time-out. Raises FatalClientError when the
        call has not returned by then, and for every later call.
        """
        if not self.hangs:
            self._answered.clear()
            self._calls.put(call)
            self.hangs = not self._answered.wait(limit_s)
        if self.hangs:
            raise FatalClientError(
                f"{name}: the client does not return (librdkafka#5456, a coordinator went away): "
                "the process must restart; it resumes from the committed offsets"
            )
        failure = self._done.get()
        try:
            if failure is not None:
                raise failure
        finally:
            # The exception refers to this frame: without the name there is no cycle, which would
            # keep the client of the call.
            del failure

    def close(self) -> None:
        """End the thread, unless a call hangs."""
        self._calls.put(None)

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call()
            except BaseException as raised:
                self._done.put(raised)
            else:
                self._done.put(None)
            del call
            self._answered.set()
