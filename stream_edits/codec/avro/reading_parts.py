"""Code that reads scalars, and the functions that generated code calls."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import NoReturn

from .errors import ContractViolation, MalformedAvro, Truncated
from .known_values import KnownDays
from .source_text import SourceText

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL_EPOCH = datetime(1970, 1, 1)
EPOCH_DAY = date(1970, 1, 1).toordinal()


def add_count(out: SourceText) -> str:
    """Add code that reads a long without decoding its zigzag: an odd number is negative."""
    n = out.name()
    out.add(f"{n} = buf[i]; i += 1")
    out.add(f"if {n} > 127: {n}, i = varint(buf, {n}, i, 64)")
    return n


def add_length(out: SourceText, least: int = 0) -> str:
    """Add code that reads the length of a text or of bytes."""
    n = out.name()
    out.add(f"{n} = buf[i]; i += 1")
    # One test for both rare cases: more bytes follow (128), or it is negative (1).
    out.add(f"if {n} & 129: {n}, i = length(buf, {n}, i)")
    if least:
        out.add(f"if {n} < {2 * least}: bad_length()")
    return f"({n} >> 1)"


def _whole(out: SourceText, bits: int = 64) -> str:
    n = out.name()
    out.add(f"{n} = buf[i]; i += 1")
    out.add(f"if {n} & 129: {n}, i = whole(buf, {n}, i, {bits})")
    out.add(f"else: {n} >>= 1")
    return n


def _text(out: SourceText) -> str:
    length, v = add_length(out), out.name()
    out.add(f"j = i + {length}; {v} = buf[i:j].decode(); i = j")
    return v


def add_clean_text(out: SourceText, clean: str) -> str:
    """Add code that reads a text through ``clean``, a constant that is a ``KnownTexts``."""
    length, v = add_length(out), out.name()
    out.add(f"j = i + {length}; {v} = {clean}[buf[i:j]]; i = j")
    return v


def _octets(out: SourceText) -> str:
    length, v = add_length(out), out.name()
    out.add(f"j = i + {length}; {v} = buf[i:j]; i = j")
    return v


def _date(out: SourceText) -> str:
    v = out.name()
    out.add(f"{v} = known_days[buf[i:i+3]]")
    out.add(f"if {v} is None: {v}, i = date_at(buf, i)")
    out.add("else: i += 3")
    return v


def _truth(out: SourceText) -> str:
    v = out.name()
    out.add(f"{v} = buf[i]; i += 1")
    out.add(f"if {v} > 1: bad_boolean()")
    return f"({v} == 1)"


def _unpacked(unpack: str, size: int) -> Callable[[SourceText], str]:
    def add(out: SourceText) -> str:
        v = out.name()
        out.add(f"{v} = {unpack}(buf, i)[0]; i += {size}")
        return v

    return add


def _moment(epoch: str, unit: str) -> Callable[[SourceText], str]:
    return lambda out: f"({epoch} + timedelta(0, 0, {_whole(out)} {unit}))"


def _wrapped(function: str, kind: str) -> Callable[[SourceText], str]:
    return lambda out: f"{function}({SCALARS[kind](out)})"


SCALARS: dict[str, Callable[[SourceText], str]] = {
    "null": lambda out: "None",
    "boolean": _truth,
    "int": lambda out: _whole(out, 32),
    "long": _whole,
    "float": _unpacked("read_float", 4),
    "double": _unpacked("read_double", 8),
    "string": _text,
    "bytes": _octets,
    "date": _date,
    "timestamp-millis": _moment("epoch", "* 1000"),
    "timestamp-micros": _moment("epoch", ""),
    "timestamp-nanos": _moment("epoch", "// 1000"),
    "local-timestamp-millis": _moment("local_epoch", "* 1000"),
    "local-timestamp-micros": _moment("local_epoch", ""),
    "local-timestamp-nanos": _moment("local_epoch", "// 1000"),
    "int as long": lambda out: _whole(out, 32),
    "int as float": _wrapped("float", "int"),
    "int as double": _wrapped("float", "int"),
    "long as float": _wrapped("float", "long"),
    "long as double": _wrapped("float", "long"),
    "float as double": _unpacked("read_float", 4),
    "string as bytes": _octets,
    "bytes as string": _text,
}


def _varint(buf: bytes, first: int, i: int, bits: int) -> tuple[int, int]:
    """The rest of a variable-length number whose first byte had its high bit set."""
    # Lengths take two bytes, dates three and times six: they are read without a loop.
    byte = buf[i]
    n = first & 127 | (byte & 127) << 7
    if byte < 128:
        return n, i + 1
    byte = buf[i + 1]
    n |= (byte & 127) << 14
    if byte < 128:
        return n, i + 2
    i, shift = i + 2, 21
    if bits == 64 and i + 2 < len(buf):
        fourth, fifth, sixth = buf[i], buf[i + 1], buf[i + 2]
        if fourth & fifth > 127 >= sixth:
            return n | (fourth & 127) << 21 | (fifth & 127 | sixth << 7) << 28, i + 3
    while True:
        byte = buf[i]
        i += 1
        n |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
        if shift > 63:
            raise MalformedAvro("a number is more than 10 bytes long")
    if n >> bits:
        raise MalformedAvro(f"a number has more than {bits} bits")
    return n, i


def _whole_number(buf: bytes, first: int, i: int, bits: int) -> tuple[int, int]:
    """A number that is negative or longer than its first byte, and where it ends."""
    n, i = _varint(buf, first, i, bits) if first > 127 else (first, i)
    return n >> 1 ^ -(n & 1), i


def _length(buf: bytes, first: int, i: int) -> tuple[int, int]:
    """Twice a length that is longer than its first byte, and where it ends."""
    n, i = _varint(buf, first, i, 64) if first > 127 else (first, i)
    if n & 1:
        _bad_length()
    return n, i


def _date_at(buf: bytes, start: int) -> tuple[date, int]:
    """A date that is not cached, and where it ends.

    Records of one period share their dates. Those of three bytes (1992 to 4840) are cached.
    """
    days, i = _whole_number(buf, buf[start], start + 1, 32)
    day = date.fromordinal(days + EPOCH_DAY)
    if i - start == 3:
        _known_days.keep(buf[start:i], day)
    return day, i


_known_days = KnownDays()


def _fail(message: str) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise MalformedAvro(message)

    return fail


_bad_length = _fail("a text or a byte sequence has a length that cannot be")


def _too_many() -> NoReturn:
    raise Truncated("the body ends within the record")


def _refused(place: str) -> NoReturn:
    raise ContractViolation(f"{place} has a value that our schema does not allow")


CONSTANTS = {
    "new": tuple.__new__,
    "varint": _varint,
    "whole": _whole_number,
    "length": _length,
    "read_float": Struct("<f").unpack_from,
    "read_double": Struct("<d").unpack_from,
    "timedelta": timedelta,
    "epoch": EPOCH,
    "local_epoch": LOCAL_EPOCH,
    "known_days": _known_days,
    "date_at": _date_at,
    "bad_length": _bad_length,
    "bad_boolean": _fail("a boolean is neither 0 nor 1"),
    "no_such_symbol": _fail("an enum has a number that its schema does not list"),
    "no_such_branch": _fail("a union has a branch that its schema does not list"),
    "too_many": _too_many,
    "refused": _refused,
}
