"""codec/avro as a library: its README's example runs, and its limits are refused."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from stream_edits.codec import avro
from stream_edits.codec.errors import Undecodable

README = (Path(avro.__file__).parent / "README.md").read_text(encoding="utf-8")


def record(*fields: dict[str, Any]) -> avro.Parsed:
    return avro.parse(json.dumps({"type": "record", "name": "R", "fields": list(fields)}))


def field(kind: Any, **more: Any) -> dict[str, Any]:
    return {"name": "f", "type": kind, **more}


def enum(symbols: int) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": [f"S{n}" for n in range(symbols)]}


def union(branches: int) -> list[Any]:
    return [{"type": "fixed", "name": f"F{n}", "size": 1} for n in range(branches)]


def test_the_example_of_the_readme_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert "assert visit ==" in example
    exec(example, {"__name__": "example"})


def test_the_readme_names_every_function_and_error() -> None:
    public = {name for name in avro.__all__ if name[0].islower() or name in dir(avro.errors)}
    assert len(public) == 15
    assert {name for name in public if f"`{name}" not in README} == set()


def test_its_errors_are_those_of_the_codec() -> None:
    assert avro.Undecodable is Undecodable
    names = {kind.__name__ for kind in Undecodable.__subclasses__()}
    assert names == {
        "ContractViolation",
        "MalformedAvro",
        "MalformedContainer",
        "MalformedFile",
        "MalformedJson",
        "NotConfluentFraming",
        "NotX12",
        "TrailingBytes",
        "Truncated",
        "UnknownSchema",
        "UnreadableCodec",
        "WrongSchema",
    }


def test_values_in_a_row_are_read_one_by_one() -> None:
    schema = record(field("string"))
    data = b"".join(avro.encoder(schema)(SimpleNamespace(f=text)) for text in ("a", "bc"))
    decode, start, texts = avro.decoder(avro.resolve(schema, schema)), 0, []
    while start < len(data):
        value, start = avro.read_next(decode, data, start)
        texts.append(value["f"])
    assert texts == ["a", "bc"]


@pytest.mark.parametrize("bits", range(64))
def test_a_number_of_any_length_is_read_as_it_was_written(bits: int) -> None:
    long, integer = record(field("long")), record(field("int"))
    decode = avro.decoder(avro.resolve(long, long))
    for number in ((1 << bits) - 1, -1 << bits, (1 << bits) // 3):
        data = avro.encoder(long)(SimpleNamespace(f=number))
        assert avro.read_value(decode, data) == {"f": number}
        assert avro.read_next(decode, b"x" + data + b"more", 1) == ({"f": number}, 1 + len(data))
        with pytest.raises(avro.Truncated):
            avro.read_value(decode, data[:-1])
        if not -1 << 31 <= number < 1 << 31:
            with pytest.raises(avro.MalformedAvro):
                avro.read_value(avro.decoder(avro.resolve(integer, integer)), data)


def test_every_symbol_of_the_largest_enum_comes_back() -> None:
    schema = record(field(enum(64)))
    encode, decode = avro.encoder(schema), avro.decoder(avro.resolve(schema, schema))
    for symbol in enum(64)["symbols"]:
        assert avro.read_value(decode, encode(SimpleNamespace(f=symbol))) == {"f": symbol}


class Inner(NamedTuple):
    n: int
    text: str


class Outer(NamedTuple):
    inner: Inner
    unused: bool
    g: str

    @property
    def doubled(self) -> str:
        return 2 * self.g


def test_the_fields_of_a_named_tuple_are_written_as_any_attributes() -> None:
    schema = record(field("string"), field("int") | {"name": "n"}, field("string") | {"name": "g"})
    paths = {"R": {"f": "inner.text", "n": "inner.n", "g": "doubled"}}
    value = Outer(Inner(7, "a"), unused=True, g="b")
    written = avro.encoder(schema, paths)(value)
    assert written == b"\x02a\x0e\x04bb"
    assert avro.encoder(schema, paths, records={"R": Outer})(value) == written


@pytest.mark.parametrize(
    "kind",
    [
        enum(65),
        "null",
        "float",
        ["null", "int", "string"],
        ["int", "null"],
        {"type": "map", "values": "int"},
        {"type": "fixed", "name": "F", "size": 2},
        {"type": "fixed", "name": "F", "size": 2, "logicalType": "decimal", "precision": 3},
        {"type": "long", "logicalType": "timestamp-micros"},
    ],
    ids=str,
)
def test_what_the_encoder_cannot_write_is_refused_when_it_is_made(kind: Any) -> None:
    with pytest.raises(ValueError, match="written"):
        avro.encoder(record(field(kind)))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([field(["null", {"type": "map", "values": "int"}])], "map"),
        ([field({"type": "array", "items": "int"}, default=[1])], "default"),
    ],
    ids=["map", "default"],
)
def test_a_reader_s_schema_that_is_not_supported_is_refused(
    fields: list[dict[str, Any]], problem: str
) -> None:
    other = {"name": "g", "type": "int"}
    writer = record(*fields) if problem == "map" else record(other)
    with pytest.raises(ValueError, match=problem):
        avro.resolve(writer, record(*fields))


def test_a_union_whose_branches_need_two_bytes_is_refused() -> None:
    avro.resolve(record(field(union(64))), record())
    with pytest.raises(avro.WrongSchema, match="64 branches"):
        avro.resolve(record(field(union(65))), record())
