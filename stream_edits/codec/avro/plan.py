"""The reading plan: how to read one writer's bytes as one reader's record.

A plan is a tree of the nodes below. ``resolution`` builds it from two schemas, once for each
writer's schema; ``reading`` compiles it to a function.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scalar:
    """A primitive or a logical type; ``kind`` is its Avro name, or a promotion: int as long."""

    kind: str


@dataclass(frozen=True, slots=True)
class DecimalBytes:
    """A decimal in bytes, or in a fixed of ``size`` bytes, with the writer's digits."""

    precision: int
    scale: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Fixed:
    """Exactly ``size`` bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Enum:
    """The reader's symbol for each of the writer's; None where the reader has no such symbol.

    ``place`` names the reader's field, with the fields that it is within.
    """

    name: str
    symbols: tuple[str | None, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Array:
    """Blocks of items, each item at least one byte long."""

    item: "Plan"


@dataclass(frozen=True, slots=True)
class Map:
    """Blocks of string keys and values."""

    values: "Plan"


@dataclass(frozen=True, slots=True)
class Union:
    """One of the writer's branches, each already resolved to the reader's type."""

    branches: tuple["Plan", ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A writer's branch that the reader's type cannot hold: an error only where data uses it.

    ``place`` names the reader's field, with the fields that it is within.
    """

    place: str


@dataclass(frozen=True, slots=True)
class WriterField:
    """A field in the bytes; ``name`` is the reader's name for it, or None to skip it."""

    name: str | None
    plan: "Plan"


@dataclass(frozen=True, slots=True)
class Symbol:
    """The default of a field of the enum ``enum``."""

    enum: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Record:
    """``fields`` in the writer's order, and what the reader makes of them.

    ``order`` names the reader's fields in its own order; ``defaults`` are the values of those
    that the writer lacks.
    """

    name: str
    fields: tuple[WriterField, ...]
    order: tuple[str, ...]
    defaults: tuple[tuple[str, Any], ...]


Plan = Scalar | DecimalBytes | Fixed | Enum | Array | Map | Union | Refused | Record


def least_size(plan: Plan) -> int:
    """0 when the plan may consume no byte at all, else 1."""
    match plan:
        case Scalar("null"):
            return 0
        case Fixed(0) | DecimalBytes(_, _, 0):
            return 0
        case Record():
            return max((least_size(field.plan) for field in plan.fields), default=0)
        case _:
            return 1
