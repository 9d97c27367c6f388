"""Confluent framing: magic byte, schema id, body."""

import pytest

from stream_edits.codec import framing
from stream_edits.codec.errors import NotConfluentFraming


def test_the_head_is_magic_zero_and_a_big_endian_id() -> None:
    assert framing.frame_head(258) == b"\x00\x00\x00\x01\x02"
    assert framing.schema_id(b"\x00\x00\x00\x01\x02body") == 258


def test_the_id_has_no_sign() -> None:
    assert framing.schema_id(b"\x00\xff\xff\xff\xff") == 2**32 - 1


@pytest.mark.parametrize("framed", [b"", b"\x00", b"\x00\x00\x00\x00"])
def test_less_than_a_head_is_refused(framed: bytes) -> None:
    with pytest.raises(NotConfluentFraming, match="shorter than"):
        framing.schema_id(framed)


def test_a_tombstone_is_refused() -> None:
    with pytest.raises(NotConfluentFraming):
        framing.schema_id(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("framed", [b"{}   ", b"\x01\x00\x00\x00\x01", b"Obj\x01\x00\x00"])
def test_another_magic_byte_is_refused(framed: bytes) -> None:
    with pytest.raises(NotConfluentFraming, match="magic byte"):
        framing.schema_id(framed)
