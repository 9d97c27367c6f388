"""Values kept by their octets are the values that would be read or written, and are bounded."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from stream_edits.codec import avro
from stream_edits.codec.avro.known_values import (
    KnownAmounts,
    KnownTexts,
    WrittenDays,
    WrittenNumbers,
    WrittenTexts,
    WrittenTimes,
)

TEXT = avro.parse('{"type": "record", "name": "R", "fields": [{"name": "f", "type": "string"}]}')
TEXTS = ["", "a", "ü", "x" * 40, "x" * 41, "x" * 63, "x" * 64, "é" * 5000, "x" * 20_000]


@pytest.mark.parametrize("text", TEXTS, ids=len)
def test_a_shared_text_is_written_and_read_as_any_other(text: str) -> None:
    plain = avro.encoder(TEXT)
    shared = avro.encoder(TEXT, shared={"R": {"f"}})
    decode = avro.decoder(avro.resolve(TEXT, TEXT), cleaning={"R": {"f": str}})
    for _ in range(2):
        written = shared(SimpleNamespace(f=text))
        assert written == plain(SimpleNamespace(f=text))
        assert avro.read_value(decode, written) == {"f": text}


def test_a_field_that_is_not_shared_is_not_kept() -> None:
    schema = avro.parse(
        '{"type": "record", "name": "R", "fields": '
        '[{"name": "f", "type": "string"}, {"name": "g", "type": "string"}]}'
    )
    encode = avro.encoder(schema, shared={"R": {"f"}})
    assert encode(SimpleNamespace(f="a", g="b")) == b"\x02a\x02b"
    constants = (encode.__kwdefaults__ or {}).values()
    kept, optional = (dict(each) for each in constants if isinstance(each, WrittenTexts))
    assert kept == {"a": b"\x02a"}
    assert optional == {None: b"\0"}


def test_an_optional_text_is_null_however_many_texts_were_written() -> None:
    schema = avro.parse(
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": ["null", "string"]}]}'
    )
    encode = avro.encoder(schema, shared={"R": {"f"}})
    for number in range(40_000):
        assert encode(SimpleNamespace(f=f"a{number}")).startswith(b"\2")
        assert encode(SimpleNamespace(f=None)) == b"\0"


def test_few_times_are_kept_and_each_has_its_own_octets() -> None:
    schema = avro.parse(
        '{"type": "record", "name": "R", "fields": '
        '[{"name": "f", "type": {"type": "long", "logicalType": "local-timestamp-millis"}}]}'
    )
    encode, decode = avro.encoder(schema), avro.decoder(avro.resolve(schema, schema))
    kept = next(x for x in (encode.__kwdefaults__ or {}).values() if isinstance(x, WrittenTimes))
    for number in range(-20_000, 20_000):
        time = datetime(2025, 1, 14, 9, 0, 0, 7000) + timedelta(days=14 * number, minutes=number)
        for _ in range(2):
            assert avro.read_value(decode, encode(SimpleNamespace(f=time))) == {"f": time}
    assert 0 < len(kept) <= 1 << 14


def test_few_and_short_numbers_and_days_are_kept() -> None:
    numbers = WrittenNumbers()
    days = WrittenDays(date(1970, 1, 1).toordinal(), numbers)
    for number in range(-20_000, 20_000):
        size = 1 if -64 <= number < 64 else 2 if -8192 <= number < 8192 else 3
        assert len(numbers[number]) == size
        assert days[date.fromordinal(719_163 + number)] == numbers[number]
    assert len(numbers[2**62]) == 10
    assert len(numbers) == 1 << 14
    assert 0 < len(days) <= 1 << 14


def test_few_and_short_values_are_kept() -> None:
    texts, written, amounts = KnownTexts(str.upper), WrittenTexts(), KnownAmounts(12, 2)
    for number in range(40_000):
        assert texts[b"a%d" % number] == f"A{number}"
        assert written[f"a{number}"].endswith(b"a%d" % number)
        assert amounts[number.to_bytes(5, "big")] == Decimal(number) / 100
    assert texts[b"x" * 100_000] == "X" * 100_000
    assert len(written["x" * 100_000]) == 100_003
    for kept in (texts, written, amounts):
        assert 0 < len(kept) <= 1 << 14
        assert max(len(key or b"") for key in kept) <= 40


def test_an_amount_keeps_all_its_digits() -> None:
    digits = 10**63 + 7
    found = KnownAmounts(64, 4)[digits.to_bytes(27, "big")]
    assert str(found) == f"{digits // 10_000}.0007"
    with pytest.raises(avro.MalformedAvro):
        KnownAmounts(63, 4)[digits.to_bytes(27, "big")]
