"""Scripted errors, for tests that need the next call of a name to fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from stream_edits.engine.errors import FatalClientError, RequiresAbort
from tests.memory_kafka.sink import MemorySink


def suffer(client: object, error: Exception, after: bool) -> None:
    """Put the client into the state after a failed call, so that later calls fail as well."""
    if not isinstance(client, MemorySink):
        return
    if isinstance(error, FatalClientError):
        client.broken = True
    elif isinstance(error, RequiresAbort) and not client.ended:
        client.failed = error.code
    elif after and client.txn is None:
        client.unheard()


def possible(client: object, error: Exception) -> bool:
    """True if the client could raise this error: an ended transaction needs no abort."""
    decided = isinstance(client, MemorySink) and client.txn is not None and client.ended
    return not (decided and isinstance(error, RequiresAbort))


class Script:
    """An `Interceptor` that records every call, and fails those that were scripted.

    `fail("commit", error)` raises it before the effect, `after=True` after it.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self._faults: dict[str, list[tuple[Exception, bool]]] = defaultdict(list)

    def fail(self, call: str, error: Exception, after: bool = False, times: int = 1) -> None:
        """Make the next `times` of `call` fail."""
        self._faults[call] += [(error, after)] * times

    def names(self) -> list[str]:
        """The names of the calls so far."""
        return [name for name, _ in self.calls]

    def before(self, call: str, client: object, detail: object) -> None:
        self.calls.append((call, dict(detail) if isinstance(detail, Mapping) else detail))
        self._raise(call, client, after=False)

    def after(self, call: str, client: object) -> None:
        self._raise(call, client, after=True)

    def _raise(self, call: str, client: object, after: bool) -> None:
        queue = self._faults[call]
        if queue and queue[0][1] == after and possible(client, queue[0][0]):
            error = queue.pop(0)[0]
            suffer(client, error, after)
            raise error
