"""The ways in which a client call can fail, and the plan of which calls do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from enum import Enum

from stream_edits.engine.errors import FatalClientError, RequiresAbort, Retriable
from tests.memory_kafka.script import possible, suffer


class Fault(Enum):
    """What happens at a call, before or after its effect."""

    RETRIABLE = "retriable"
    UNKNOWN = "outcome unknown"
    ABORTABLE = "abortable"
    FATAL = "fatal"
    FATAL_AFTER = "fatal, after the effect"
    BUG = "unclassified"
    CRASH = "crash before"
    CRASH_AFTER = "crash after"
    PAUSE = "pause"
    ZOMBIE = "pause, session timed out"
    TIMED_OUT = "pause, transaction timed out"
    DOUBLED = "pause, another with its number starts"
    IN_FLIGHT = "crash, commit in flight"

    @property
    def after(self) -> bool:
        """True if the call has its effect first."""
        return self in (Fault.UNKNOWN, Fault.FATAL_AFTER, Fault.CRASH_AFTER)


AT_EVERY_CALL = tuple(fault for fault in Fault if fault is not Fault.IN_FLIGHT)
# Faults that can also happen while an event is processed.
STANDSTILLS = (
    *(Fault.CRASH, Fault.CRASH_AFTER),
    *(Fault.PAUSE, Fault.ZOMBIE, Fault.TIMED_OUT, Fault.DOUBLED),
)


class Crashed(BaseException):
    """SIGKILL: no handler of the program has any effect."""


class Bug(Exception):
    """An unclassified error."""


_ERRORS: dict[Fault, Callable[[], Exception]] = {
    Fault.RETRIABLE: lambda: Retriable("_TRANSPORT"),
    Fault.UNKNOWN: lambda: Retriable("_TIMED_OUT"),
    Fault.ABORTABLE: lambda: RequiresAbort("_STATE"),
    Fault.FATAL: lambda: FatalClientError("injected"),
    Fault.FATAL_AFTER: lambda: FatalClientError("injected"),
    Fault.BUG: lambda: Bug("injected"),
}


class Plan:
    """The `Interceptor` of one runner's clients, over all its processes."""

    def __init__(
        self,
        pause: Callable[[Fault], None],
        send_off: Callable[[], None],
        fired: Counter[tuple[str, Fault]],
    ) -> None:
        """`pause` runs the other runners meanwhile; `send_off` leaves a commit in flight."""
        self._pause = pause
        self._send_off = send_off
        self._fired = fired
        self._armed: dict[str, list[Fault]] = defaultdict(list)

    def arm(self, call: str, fault: Fault, times: int = 1) -> None:
        """Make the next `times` of `call` fail."""
        self._armed[call] += [fault] * times

    def disarm(self) -> None:
        """Make no call fail any more."""
        self._armed.clear()

    def before(self, call: str, client: object, detail: object) -> None:
        self._fire(call, client, after=False)

    def after(self, call: str, client: object) -> None:
        self._fire(call, client, after=True)

    def _fire(self, call: str, client: object, after: bool) -> None:
        armed = self._armed.get(call)
        if not armed or armed[0].after != after:
            return
        fault = armed[0]
        error = _ERRORS[fault]() if fault in _ERRORS else None
        if error is not None and not possible(client, error):
            return
        armed.pop(0)
        self._fired[call, fault] += 1
        if error is not None:
            suffer(client, error, after)
            raise error
        if fault is Fault.IN_FLIGHT:
            self._send_off()
        if fault in (Fault.CRASH, Fault.CRASH_AFTER, Fault.IN_FLIGHT):
            raise Crashed
        self._pause(fault)
