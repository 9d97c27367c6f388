"""Avro bodies to Python values: a function generated from a reading plan, strict about its input.

README.md of this folder says why it exists and what it refuses.
"""

from collections.abc import Callable, Mapping
from struct import error as StructError
from typing import Any

from .errors import MalformedAvro, TrailingBytes, Truncated
from .known_values import Cleaning, KnownAmounts, KnownTexts
from .plan import (
    Array,
    DecimalBytes,
    Enum,
    Fixed,
    Map,
    Plan,
    Record,
    Refused,
    Scalar,
    Symbol,
    Union,
    WriterField,
)
from .reading_parts import (
    CONSTANTS,
    SCALARS,
    add_clean_text,
    add_count,
    add_length,
)
from .source_text import SourceText

Decoder = Callable[[bytes, int], tuple[Any, int]]


def decoder(
    plan: Record | Union,
    records: Mapping[str, Callable[..., Any]] | None = None,
    enums: Mapping[str, Callable[[str], Any]] | None = None,
    paths: Mapping[str, Mapping[str, str]] | None = None,
    cleaning: Cleaning | None = None,
) -> Decoder:
    """Compile a plan to a function (bytes, start) -> (value, end).

    Call the function only through ``read_value`` or ``read_next``, which check the end and turn
    its exceptions into ours. A record becomes a dict of its fields in the reader's order. A record
    named in ``records`` becomes that NamedTuple, or what that callable makes of the dict; raises
    TypeError when the NamedTuple has other fields than the schema. Arrays become tuples. A symbol
    becomes text, or what the callable under its enum's name in ``enums`` makes of it. ``paths``
    gives a NamedTuple's own name for a field, by the record's name, where it is not the schema's.
    ``cleaning`` gives a function that every text of a field passes through, by the record's name.
    It must depend on the text only: its results are kept. Names of records and enums are without
    namespace.
    """
    out = SourceText(CONSTANTS)
    value = _Reading(out, records or {}, enums or {}, paths or {}, cleaning or {}).value(plan)
    out.add(f"return {value}, i")
    return out.function("buf, i")


def read_value(decode: Decoder, data: bytes, start: int = 0) -> Any:
    """The one value that ``data`` holds from ``start`` to its end.

    Raises Truncated, TrailingBytes, MalformedAvro, or ContractViolation for a value that the
    reader's schema cannot hold.
    """
    value, end = read_next(decode, data, start)
    if end < len(data):
        raise TrailingBytes("the body goes on after the record")
    return value


def read_next(decode: Decoder, data: bytes, start: int) -> tuple[Any, int]:
    """The value that begins at ``start``, and where it ends. Raises as ``read_value`` does."""
    try:
        value, end = decode(data, start)
    except (IndexError, StructError):
        raise Truncated("the body ends within the record") from None
    except UnicodeDecodeError:
        raise MalformedAvro("a text is not UTF-8") from None
    except (OverflowError, ValueError):
        raise MalformedAvro("a date or time is out of range") from None
    if end > len(data):
        raise Truncated("the body ends within the record")
    return value, end


class _Reading:
    """Generates the code that reads each node of a plan."""

    def __init__(
        self,
        out: SourceText,
        records: Mapping[str, Callable[..., Any]],
        enums: Mapping[str, Callable[[str], Any]],
        paths: Mapping[str, Mapping[str, str]],
        cleaning: Cleaning,
    ) -> None:
        self._out = out
        self._records = records
        self._enums = enums
        self._paths = paths
        self._cleaning = cleaning
        # The constant that cleans the texts of the field being read.
        self._clean: str | None = None

    def value(self, plan: Plan) -> str:
        """Add the code for a node; the returned expression is its value."""
        match plan:
            case Scalar("string" | "bytes as string") if self._clean:
                return add_clean_text(self._out, self._clean)
            case Scalar(kind):
                return SCALARS[kind](self._out)
            case DecimalBytes():
                return self._decimal(plan)
            case Fixed(size):
                return self._sized(str(size))
            case Enum():
                return self._enum(plan)
            case Array(item):
                return self._array(item)
            case Map(values):
                # A reader's map is not supported; a writer's is read only to skip it.
                return self._array(Record("", (_KEY, WriterField(None, values)), (), ()))
            case Union(branches):
                return self._union(branches)
            case Record():
                return self._record(plan)
            case Refused(place):
                self._out.add(f"refused({place!r})")
                return "None"

    def _sized(self, size: str) -> str:
        v = self._out.name()
        self._out.add(f"j = i + {size}; {v} = buf[i:j]; i = j")
        return v

    def _decimal(self, plan: DecimalBytes) -> str:
        size = str(plan.size) if plan.size is not None else add_length(self._out, least=1)
        v, out = self._out.name(), self._out
        amounts = out.constant(KnownAmounts(plan.precision, plan.scale))
        out.add(f"j = i + {size}; {v} = {amounts}[buf[i:j]]; i = j")
        return v

    def _enum(self, plan: Enum) -> str:
        out, make = self._out, self._enums.get(plan.name, str)
        table = tuple(None if symbol is None else make(symbol) for symbol in plan.symbols)
        n, v = add_count(out), out.name()
        out.add(f"if {n} & 1 or {n} >= {2 * len(table)}: no_such_symbol()")
        out.add(f"{v} = {out.constant(table)}[{n} >> 1]")
        if None in table:
            out.add(f"if {v} is None: refused({plan.place!r})")
        return v

    def _array(self, item: Plan) -> str:
        out, v = self._out, self._out.name()
        # Most arrays are empty, and a list costs more than this test.
        with out.block("if buf[i]:"):
            out.add(f"{v} = []; push_{v} = {v}.append")
            with out.block("while True:"):
                n = add_count(out)
                out.add(f"if not {n}: break")
                with out.block(f"if {n} & 1:"):
                    # A negative count: the block's size in bytes follows, for readers that skip.
                    out.add(f"{n} += 1")
                    add_count(out)
                # Each item takes at least one byte.
                out.add(f"if {n} >> 1 > len(buf) - i: too_many()")
                with out.block(f"for _ in range({n} >> 1):"):
                    out.add(f"push_{v}({self.value(item)})")
            out.add(f"{v} = tuple({v})")
        out.add(f"else: {v} = (); i += 1")
        return v

    def _union(self, branches: tuple[Plan, ...]) -> str:
        out, v, n = self._out, self._out.name(), self._out.name()
        out.add(f"{n} = buf[i]; i += 1")
        for number, branch in enumerate(branches):
            test = f"{'elif' if number else 'if'} {n} == {2 * number}:"
            if branch == Scalar("null"):
                out.add(f"{test} {v} = None")
                continue
            with out.block(test):
                out.add(f"{v} = {self.value(branch)}")
        with out.block("else:" if branches else "if True:"):
            out.add("no_such_branch()")
        return v

    def _record(self, plan: Record) -> str:
        out = self._out
        values = {name: out.constant(self._default(value)) for name, value in plan.defaults}
        for field in plan.fields:
            clean = self._cleaning.get(plan.name, {}).get(field.name or "")
            self._clean = out.constant(KnownTexts(clean)) if clean else None
            expression = self.value(field.plan)
            if field.name is None:
                continue
            if expression.isidentifier():
                values[field.name] = expression
                continue
            values[field.name] = out.name()
            out.add(f"{values[field.name]} = {expression}")
        make = self._records.get(plan.name)
        own_fields = getattr(make, "_fields", None)
        if own_fields is not None:
            paths = self._paths.get(plan.name, {})
            if own_fields != tuple(paths.get(name, name) for name in plan.order):
                raise TypeError(f"{plan.name} has other fields than its schema")
            # As the NamedTuple's own constructor does, without its extra call.
            parts = ", ".join(values[name] for name in plan.order)
            return f"new({out.constant(make)}, ({parts},))"
        parts = "{" + ", ".join(f"{name!r}: {values[name]}" for name in plan.order) + "}"
        return f"{out.constant(make)}({parts})" if make else parts

    def _default(self, value: Any) -> Any:
        if isinstance(value, Symbol):
            return self._enums.get(value.enum, str)(value.symbol)
        return value


_KEY = WriterField(None, Scalar("string"))
