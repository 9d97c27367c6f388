"""Whatever the bytes, decoding ends quickly, in Undecodable at worst, and shows no value."""

import tracemalloc
from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.errors import (
    ContractViolation,
    MalformedAvro,
    TrailingBytes,
    Truncated,
    Undecodable,
)
from stream_edits.codec.framing import frame_head
from stream_edits.domain.claim import ClaimEvent
from tests.codec.examples import CLAIM
from tests.codec.whole import Codec
from tests.strategies import claims

CODEC = Codec()
FRAMED = claim_encoder(5)(CLAIM)
HUGE = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # 2**63 - 1
LOWEST = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # -2**63


def _decode(framed: bytes) -> None:
    outcome = "ok"
    try:
        CODEC.decode_claim(framed)
    except Undecodable as error:
        outcome = f"{error.error_class}: {error.message}"
    for secret in ("event-1", "claim-1", "member-1", "1234567893", "Pembrolizumab"):
        assert secret not in outcome


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    _decode(data)
    _decode(frame_head(1) + data)


@settings(max_examples=400)
@given(claims, st.data())
def test_mutated_claims(claim: ClaimEvent, data: st.DataObject) -> None:
    framed = bytearray(claim_encoder(5)(claim))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(5, len(framed) - 1))
        framed[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=4) | st.sampled_from([HUGE, LOWEST])
        )
        if len(framed) < 6:
            break
    _decode(bytes(framed))


def test_every_byte_of_a_claim_changed() -> None:
    for at in range(len(FRAMED)):
        for byte in (0, 1, 2, 3, 127, 128, 255):
            _decode(FRAMED[:at] + bytes([byte]) + FRAMED[at + 1 :])
        _decode(FRAMED[:at] + HUGE + FRAMED[at:])
        _decode(FRAMED[:at] + LOWEST + FRAMED[at + 1 :])


def test_every_prefix_is_truncated() -> None:
    for end in range(5, len(FRAMED)):
        with pytest.raises((Truncated, MalformedAvro)):
            CODEC.decode_claim(FRAMED[:end])


def test_more_bytes_are_trailing() -> None:
    with pytest.raises(TrailingBytes):
        CODEC.decode_claim(FRAMED + b"\x00")


def _with(old: bytes, new: bytes) -> bytes:
    assert FRAMED.count(old) == 1
    return FRAMED.replace(old, new)


MALFORMED = {
    "a text of negative length": _with(b"\x0eclaim-1", b"\x01claim-1"),
    "a text that is not UTF-8": _with(b"\x0eclaim-1", b"\x0eclaim\xff1"),
    "a number of 11 bytes": _with(b"\x0eclaim-1", b"\x80" * 10 + b"\x01claim-1"),
    "a number of 65 bits": _with(b"\x0eclaim-1", b"\x80" * 9 + b"\x02claim-1"),
    "a symbol below 0": _with(b"\x00\x02\x10member-1", b"\x01\x02\x10member-1"),
    "a symbol beyond the last": _with(b"\x00\x02\x10member-1", b"\x08\x02\x10member-1"),
    "a branch below 0": _with(b"\x02\x0evisit-1", b"\x01\x0evisit-1"),
    "a branch beyond the last": _with(b"\x02\x0evisit-1", b"\x04\x0evisit-1"),
    # -125.50 is cef2 + 1 byte of sign.
    "a decimal of 13 digits": _with(b"\x04\xce\xfa", b"\x0c\x00\xe8\xd4\xa5\x10\x00"),
    "a decimal of no bytes": _with(b"\x04\xce\xfa", b"\x00"),
}


@pytest.mark.parametrize("framed", MALFORMED.values(), ids=MALFORMED)
def test_malformed_avro(framed: bytes) -> None:
    with pytest.raises(MalformedAvro):
        CODEC.decode_claim(framed)


@pytest.mark.parametrize("moment", [HUGE, LOWEST])
def test_a_time_beyond_the_calendar(moment: bytes) -> None:
    framed = FRAMED[:5] + b"\x02e" + moment + FRAMED[20:]
    with pytest.raises(MalformedAvro, match="out of range"):
        CODEC.decode_claim(framed)


def test_a_date_beyond_the_calendar() -> None:
    day = FRAMED.index(b"0137\x02\x023") + 7
    with pytest.raises(MalformedAvro, match="out of range"):
        CODEC.decode_claim(FRAMED[:day] + b"\xfe\xff\xff\xff\x0f" + FRAMED[day + 3 :])


def test_an_int_beyond_32_bits() -> None:
    day = FRAMED.index(b"0137\x02\x023") + 7
    with pytest.raises(MalformedAvro, match="32 bits"):
        CODEC.decode_claim(FRAMED[:day] + b"\x80\x80\x80\x80\x20" + FRAMED[day + 3 :])


@pytest.mark.parametrize("count", [HUGE, LOWEST, LOWEST + HUGE])
def test_endless_arrays_end_with_the_bytes(count: bytes) -> None:
    at = FRAMED.index(b"\x04\x0cC50911")
    framed = FRAMED[:at] + count + b"\x00" * 100_000
    tracemalloc.start()
    started = perf_counter()
    with pytest.raises(Undecodable):
        CODEC.decode_claim(framed)
    took, (_, peak) = perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 2
    assert peak < 20_000_000


def test_a_negative_block_count_is_valid() -> None:
    # Two codes in a block that gives its size in bytes, as Java's blocking encoder writes it.
    old = b"\x04\x0cC50911\x0aZ5111\x00"
    assert CODEC.decode_claim(_with(old, b"\x03\x1a" + old[1:])) == CLAIM


def test_a_huge_decimal_is_refused_quickly() -> None:
    size = 1_000_000
    length = bytes([size << 1 & 127 | 128, (size << 1 >> 7) & 127 | 128, size << 1 >> 14])
    framed = _with(b"\x04\xce\xfa", length + b"\x7f" * size)
    started = perf_counter()
    with pytest.raises(MalformedAvro):
        CODEC.decode_claim(framed)
    assert perf_counter() - started < 1


def test_no_lines_is_a_contract_violation() -> None:
    with pytest.raises(ContractViolation):
        CODEC.decode_claim(claim_encoder(5)(replace(CLAIM, lines=())))
