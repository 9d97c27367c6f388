"""How to read one writer's bytes as one reader's record: Avro resolution, worked out beforehand.

A plan is a tree of the nodes below. ``resolution`` makes it from two schemas, once per writer's
schema; ``reading`` turns it into a function.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scalar:
    """A primitive or a logical type on one; ``kind`` is its Avro name, such as ``date``."""

    kind: str


@dataclass(frozen=True, slots=True)
class DecimalBytes:
    """A decimal in bytes, or in a fixed of ``size`` bytes."""

    precision: int
    scale: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Fixed:
    """Exactly ``size`` bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Enum:
    """The reader's symbol for each of the writer's; None where the reader has no such symbol."""

    name: str
    symbols: tuple[str | None, ...]


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
    """A writer's branch that the reader's type cannot hold."""


@dataclass(frozen=True, slots=True)
class Step:
    """The writer's next field; ``name`` is the reader's, or None to read it and let it go."""

    name: str | None
    plan: "Plan"


@dataclass(frozen=True, slots=True)
class Record:
    """The writer's fields in their order, the reader's in theirs, and defaults for the rest."""

    name: str
    steps: tuple[Step, ...]
    order: tuple[str, ...]
    defaults: tuple[tuple[str, Any], ...]


Plan = Scalar | DecimalBytes | Fixed | Enum | Array | Map | Union | Refused | Record


def least_size(plan: Plan) -> int:
    """The fewest bytes that the plan can consume: 0 or 1 is all that matters."""
    match plan:
        case Scalar("null"):
            return 0
        case Fixed(0) | DecimalBytes(_, _, 0):
            return 0
        case Record():
            return max((least_size(step.plan) for step in plan.steps), default=0)
        case _:
            return 1
