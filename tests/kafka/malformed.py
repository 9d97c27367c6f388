"""Malformed records for claims.events, each with a canary, a key and headers of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from stream_edits.codec.claims import claim_encoder
from tests.build import canary_claim

_CLAIM = canary_claim("MALFORMED", "96365")
_encode = claim_encoder(5)
_BODY = _encode(_CLAIM)
_FAR = datetime(2999, 12, 31, tzinfo=UTC)


class Malformed(NamedTuple):
    """A record, and the error class that it must get."""

    error_class: str
    key: bytes | None
    value: bytes | None


def malformed(count: int) -> Iterator[Malformed]:
    """This many records, of every kind in turn, all different."""
    for number in range(count):
        key = b"CANARY-MALFORMED-%d" % number
        tail = b"CANARY-%d" % number
        blank = replace(_CLAIM, member_id=" ", event_id=f"CANARY-{number}")
        early = replace(_CLAIM, event_time=_FAR, event_id=f"CANARY-{number}")
        kinds = (
            Malformed("NotConfluentFraming", key, b'{"claim_id": "' + tail + b'"}'),
            Malformed("NotConfluentFraming", None, b"\\x00"),
            Malformed("UnknownSchema", key, b"\x00\x00\x00\x27\x0f" + tail),
            Malformed("Truncated", key, _BODY[: -(number % 20 + 1)]),
            Malformed("TrailingBytes", key, _BODY + tail),
            Malformed("NoValue", key, None),
            Malformed("ContractViolation", key, _encode(blank)),
            Malformed("ContractViolation", key, _encode(early)),
            Malformed(
                "MalformedAvro", b"\xff\xfe" + key, _BODY[:5] + b"\x08\xff\xff\xff\xff" + tail
            ),
        )
        yield kinds[number % len(kinds)]
