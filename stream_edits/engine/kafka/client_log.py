"""The client's log lines, without the repeats during an outage."""

from __future__ import annotations

import logging
import time

_REMEMBERED = 1000
_EVERY_S = 10.0


class RepeatsFilter(logging.Filter):
    """Lets the same line pass once in ten seconds.

    A consumer without a broker writes forty lines a second. The time in a state, which differs in
    each, is not compared.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a repeat."""
        line = record.getMessage().partition(" (after ")[0]
        now = time.monotonic()
        if now - self._last.get(line, -_EVERY_S) < _EVERY_S:
            return False
        if len(self._last) >= _REMEMBERED:
            self._last.clear()
        self._last[line] = now
        return True


CLIENT_LOG = logging.getLogger("stream_edits.engine.client")
CLIENT_LOG.addFilter(RepeatsFilter())
# Of clients whose failures are reported in full by their callers.
SILENT_LOG = logging.Logger("stream_edits.engine.silent", logging.CRITICAL + 1)
