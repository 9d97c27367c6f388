"""Dead letters: the unchanged record with headers that say why; and the circuit breaker."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from . import dead_letter_headers as names
from .config import Breaker, StageConfig
from .dead_letter_headers import DEAD_LETTER_HEADERS, REDRIVE_COUNT
from .errors import BreakerOpen
from .ports import Headers, Output, Record

_MOST_DIGITS = 9


class Reason(NamedTuple):
    """Why a record is a dead letter. Neither text holds a value of the record."""

    error_class: str
    message: str


def reason_of(failure: Exception, stage: str) -> Reason:
    """The reason for an exception of a processor: its type only. Its text may quote the record."""
    name = type(failure).__name__
    return Reason(name, f"the {stage} stage raised {name} on this record")


class Original(NamedTuple):
    """A record's headers before it first became a dead letter, and how often it was redriven."""

    headers: Headers
    redrives: int


def original(headers: Headers) -> Original:
    """The publisher's headers, byte for byte, and the redrive count, 0 if there is none.

    The engine's headers come last: all of them on a dead letter, even on one that was published
    again unchanged, and only the count on a redriven record. A publisher's header of the same name
    comes before them and is kept.
    """
    redrives = _count(headers[-1]) if headers else None
    if redrives is None:
        return Original(headers, 0)
    added = len(DEAD_LETTER_HEADERS) if is_dead_letter(headers) else 1
    return Original(headers[: len(headers) - added], redrives)


def is_dead_letter(headers: Headers) -> bool:
    """True if the last headers are those of a dead letter, in their order."""
    last = headers[-len(DEAD_LETTER_HEADERS) :]
    return tuple(name for name, _ in last) == DEAD_LETTER_HEADERS


def _count(header: tuple[str, bytes | None]) -> int | None:
    name, value = header
    if name != REDRIVE_COUNT or value is None or not value.isdigit() or len(value) > _MOST_DIGITS:
        return None
    return int(value)


def dead_letter(record: Record, reason: Reason, config: StageConfig) -> Output:
    """The dead letter of `record`: key, value and headers unchanged, then the engine's headers.

    The count of a redriven record is kept.
    """
    published, redrives = original(record.headers)
    added: Headers = [
        (names.ERROR_CLASS, reason.error_class.encode()),
        (names.ERROR_MESSAGE, reason.message.encode()),
        (names.ERROR_STAGE, config.stage.encode()),
        (names.SOURCE_TOPIC, record.topic.encode()),
        (names.SOURCE_PARTITION, b"%d" % record.partition),
        (names.SOURCE_OFFSET, b"%d" % record.offset),
        (names.SOURCE_TIMESTAMP, b"%d" % record.timestamp_ms),
        (names.ENGINE_VERSION, config.engine_version.encode()),
        (REDRIVE_COUNT, b"%d" % redrives),
    ]
    return Output(config.dead_letter_topic, record.key, record.value, [*published, *added])


class CircuitBreaker:
    """Opens when too large a share of the last events were dead letters.

    The batch that trips it is not committed: its transaction is never begun and its events are read
    again after the restart, so nothing is lost. Good events cost no time here: only the ordinals of
    the dead ones are kept.
    """

    def __init__(self, limits: Breaker) -> None:
        self._limits = limits
        self._events = 0
        self._dead: list[int] = []
        self._pending: list[int] = []

    def record(self, position: int) -> None:
        """Event number `position` (from 1) of the current batch is a dead letter.

        Raises BreakerOpen.
        """
        limits = self._limits
        now = self._events + position
        self._pending.append(now)
        before_window = now - limits.window
        dead = sum(
            len(ordinals) - bisect_right(ordinals, before_window)
            for ordinals in (self._dead, self._pending)
        )
        seen = min(now, limits.window)
        if dead >= limits.minimum and dead > limits.share * seen:
            raise BreakerOpen(
                f"circuit breaker: {dead} of the last {seen} events were dead letters; see "
                f"{names.ERROR_CLASS} in the dead-letter topic and the log, fix the cause, then "
                "restart (nothing of the last batch was committed)"
            )

    def count_batch(self, events: int) -> None:
        """Count the current batch of `events`, which was committed."""
        self._events += events
        self._dead += self._pending
        del self._dead[: bisect_right(self._dead, self._events - self._limits.window)]
        self._pending.clear()

    def discard_batch(self) -> None:
        """Forget the current batch, which was not committed: its events will be read again."""
        self._pending.clear()
