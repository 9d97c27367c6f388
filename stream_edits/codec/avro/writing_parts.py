"""Code that writes scalars, and the functions that generated code calls."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from struct import Struct

from .reading_parts import EPOCH, EPOCH_DAY, LOCAL_EPOCH
from .source_text import SourceText


def add_long(out: SourceText, zigzag: str) -> None:
    """Add code that writes an expression that is zigzag-encoded already."""
    n = out.name()
    out.add(f"{n} = {zigzag}")
    out.add(f"if {n} < 128: put({n})")
    # Lengths of two bytes are common: no call for them.
    out.add(f"elif {n} < 16384: put({n} & 127 | 128); put({n} >> 7)")
    out.add(f"else: put_varint(out, {n})")


def _whole(out: SourceText, value: str) -> None:
    n = out.name()
    out.add(f"{n} = {value}")
    add_long(out, f"{n} << 1 if {n} >= 0 else ~({n} << 1)")


def _octets(out: SourceText, value: str) -> None:
    v = out.name()
    out.add(f"{v} = {value}")
    add_long(out, f"len({v}) << 1")
    out.add(f"out += {v}")


def _text(out: SourceText, value: str) -> None:
    _octets(out, f"{value}.encode()")


def _moment(epoch: str) -> Callable[[SourceText, str], None]:
    def add(out: SourceText, value: str) -> None:
        v = out.name()
        out.add(f"{v} = {value} - {epoch}")
        _whole(out, f"{v}.days * 86400000 + {v}.seconds * 1000 + {v}.microseconds // 1000")

    return add


SCALARS: dict[str, Callable[[SourceText, str], None]] = {
    "boolean": lambda out, value: out.add(f"put(1 if {value} else 0)"),
    "int": _whole,
    "long": _whole,
    "double": lambda out, value: out.add(f"out += pack_double({value})"),
    "string": _text,
    "bytes": _octets,
    "date": lambda out, value: out.add(f"out += date_octets({value})"),
    "timestamp-millis": _moment("epoch"),
    "local-timestamp-millis": _moment("local_epoch"),
}


def _put_varint(out: bytearray, n: int) -> None:
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)


@lru_cache(maxsize=1 << 12)
def _date_octets(value: date) -> bytes:
    """Cached, for records of one period share their dates."""
    days = value.toordinal() - EPOCH_DAY
    out = bytearray()
    _put_varint(out, days << 1 if days >= 0 else ~(days << 1))
    return bytes(out)


def _put_decimal(out: bytearray, value: Decimal, unit: int) -> None:
    unscaled = int(value * unit)
    size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
    out.append(size << 1)
    out += unscaled.to_bytes(size, "big", signed=True)


CONSTANTS = {
    "put_varint": _put_varint,
    "put_decimal": _put_decimal,
    "date_octets": _date_octets,
    "pack_double": Struct("<d").pack,
    "epoch": EPOCH,
    "local_epoch": LOCAL_EPOCH,
}
