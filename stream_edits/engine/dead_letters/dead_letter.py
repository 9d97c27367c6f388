"""Dead letters: the unchanged record with headers that say why.

A record that does not fit with these headers becomes a reference: a dead letter without the value,
which stays in its topic.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from ..config import StageConfig
from ..ports import UNREADABLE_HEADERS, Headers, Output, Record
from ..sizes import record_bytes
from . import headers as names
from .headers import DEAD_LETTER_HEADERS, REDRIVE_COUNT, REFERENCE_HEADERS

_MOST_DIGITS = 9
_UNREADABLE = "; its headers are left out, because a name in them is not UTF-8"


class DeadLetterReason(NamedTuple):
    """Why a record is a dead letter. Neither text holds a value of the record."""

    error_class: str
    message: str


def reason_of(failure: Exception, stage: str) -> DeadLetterReason:
    """The reason for an exception of a processor: its type only. Its text may quote the record."""
    name = type(failure).__name__
    return DeadLetterReason(name, f"the {stage} stage raised {name} on this record")


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
    for kind in (REFERENCE_HEADERS, DEAD_LETTER_HEADERS, (REDRIVE_COUNT,)):
        if _ends_with(headers, kind):
            redrives = _count(headers[kind.index(REDRIVE_COUNT) - len(kind)])
            if redrives is not None:
                return Original(headers[: len(headers) - len(kind)], redrives)
    return Original(headers, 0)


def is_dead_letter(headers: Headers) -> bool:
    """True if the last headers are those of a dead letter, in their order."""
    return _ends_with(headers, DEAD_LETTER_HEADERS) or is_reference(headers)


def is_reference(headers: Headers) -> bool:
    """True if the last headers are those of a dead letter whose value stays in its topic."""
    return _ends_with(headers, REFERENCE_HEADERS)


def _ends_with(headers: Headers, kind: tuple[str, ...]) -> bool:
    return tuple(name for name, _ in headers[-len(kind) :]) == kind


def _count(header: tuple[str, bytes | None]) -> int | None:
    _, value = header
    if value is None or not value.isdigit() or len(value) > _MOST_DIGITS:
        return None
    return int(value)


def dead_letter(
    record: Record, reason: DeadLetterReason, config: StageConfig, limit: int, refer: bool = False
) -> Output:
    """The dead letter of `record`: key, value and headers unchanged, then the engine's headers.

    The count of a redriven record is kept. If it takes more than `limit` bytes, or with `refer`, it
    is a reference, which keeps the key and the headers if they fit.
    """
    published, redrives = original(record.headers)
    added = _added(record, reason, config, redrives)
    topic = config.dead_letter_topic
    if not refer and record_bytes(record.key, record.value, [*published, *added]) <= limit:
        return Output(topic, record.key, record.value, [*published, *added])
    value = record.value or b""
    added += [
        (names.VALUE_BYTES, b"%d" % len(value)),
        (names.VALUE_SHA256, hashlib.sha256(value).hexdigest().encode()),
    ]
    for key, headers in ((record.key, published), (record.key, ()), (None, ())):
        letter = Output(topic, key, None, [*headers, *added])
        if record_bytes(key, None, letter.headers) <= limit:
            break
    return letter


def _added(
    record: Record, reason: DeadLetterReason, config: StageConfig, redrives: int
) -> list[tuple[str, bytes | None]]:
    message = reason.message
    if record.headers is UNREADABLE_HEADERS:
        message += _UNREADABLE
    return [
        (names.ERROR_CLASS, reason.error_class.encode()),
        (names.ERROR_MESSAGE, message.encode()),
        (names.ERROR_STAGE, config.stage.encode()),
        (names.SOURCE_TOPIC, record.topic.encode()),
        (names.SOURCE_PARTITION, b"%d" % record.partition),
        (names.SOURCE_OFFSET, b"%d" % record.offset),
        (names.SOURCE_TIMESTAMP, b"%d" % record.timestamp_ms),
        (names.ENGINE_VERSION, config.engine_version.encode()),
        (REDRIVE_COUNT, b"%d" % redrives),
    ]
