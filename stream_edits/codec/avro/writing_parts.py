"""Code that writes scalars, and what generated code finds as constants."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from struct import Struct

from .known_values import WrittenDays, WrittenNumbers, WrittenTimes
from .reading_parts import EPOCH, EPOCH_DAY, LOCAL_EPOCH
from .source_text import SourceText

# The branches of an optional value.
NONE, SOME = b"\0", b"\2"
_numbers = WrittenNumbers()


def joined(octets: Sequence[str]) -> str:
    """An expression of these octets, one after another."""
    return f"join(({', '.join(octets)},))" if len(octets) > 2 else " + ".join(octets)


def _whole(out: SourceText, value: str) -> list[str]:
    return [f"numbers[{value}]"]


def _octets(out: SourceText, value: str) -> list[str]:
    v = out.name()
    out.add(f"{v} = {value}")
    return [f"numbers[len({v})]", v]


def _text(out: SourceText, value: str) -> list[str]:
    return _octets(out, f"{value}.encode()")


def _instant(out: SourceText, value: str) -> list[str]:
    v = out.name()
    out.add(f"{v} = {value} - epoch")
    return _whole(out, f"{v}.days * 86400000 + {v}.seconds * 1000 + {v}.microseconds // 1000")


SCALARS: dict[str, Callable[[SourceText, str], list[str]]] = {
    "boolean": lambda out, value: [f"(true if {value} else false)"],
    "int": _whole,
    "long": _whole,
    "double": lambda out, value: [f"pack_double({value})"],
    "string": _text,
    "bytes": _octets,
    "date": lambda out, value: [f"days[{value}]"],
    "timestamp-millis": _instant,
    "local-timestamp-millis": lambda out, value: [f"times[{value}]"],
}


def _decimal_octets(value: Decimal, unit: int) -> bytes:
    unscaled = int(value * unit)
    size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
    return _numbers[size] + unscaled.to_bytes(size, "big", signed=True)


CONSTANTS = {
    "join": b"".join,
    "none": NONE,
    "some": SOME,
    "end": b"\0",
    "false": b"\0",
    "true": b"\1",
    "numbers": _numbers,
    "days": WrittenDays(EPOCH_DAY, _numbers),
    "decimal_octets": _decimal_octets,
    "pack_double": Struct("<d").pack,
    "epoch": EPOCH,
    "times": WrittenTimes(LOCAL_EPOCH, _numbers),
}
