"""No number of any edit, wherever it stands, may be one that no claim can be judged by."""

import copy
import math
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import pytest
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.rules import EditRules

POLICY = load_policies()["6.21-P"]
# Units have no greatest number, since an unlimited one judges claims; but they have an end.
BAD = {
    "not a number": math.nan,
    "infinite": math.inf,
    "below zero": -1,
    "infinitely below zero": -math.inf,
    "of 400 digits": 10**400,
    "a boolean": True,
    "a word": "8",
}
UNITS = {"maximum_units"}


class Leaf(NamedTuple):
    """A number in the shipped values."""

    edit: str
    name: str
    day: date
    path: tuple[Any, ...]

    def with_value(self, number: Any) -> EditValues:
        """The values of the edit with another number there."""
        values = copy.copy(POLICY.values[self.edit])
        values.dated = {name: dict(by_date) for name, by_date in values.dated.items()}
        place = values.dated[self.name][self.day]
        changed = place._replace(value=_replaced(place.value, self.path, number))
        values.dated[self.name][self.day] = changed
        return values


def _numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _numbers(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _numbers(each, (*path, place))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def _replaced(value: Any, path: tuple[Any, ...], number: Any) -> Any:
    if not path:
        return number
    made = copy.copy(value)
    made[path[0]] = _replaced(value[path[0]], path[1:], number)
    return made


LEAVES = [
    Leaf(edit, name, day, path)
    for edit, values in POLICY.values.items()
    for name, by_date in values.dated.items()
    for day, each in by_date.items()
    for path in _numbers(each.value)
]


def test_there_are_numbers_of_every_kind() -> None:
    assert {leaf.name for leaf in LEAVES} >= {
        *("maximum_units", "longest_days", "minutes_needed", "ndc_segments"),
        *("visits", "long_infusion"),
    }
    assert len(TYPES) >= len({leaf.name for leaf in LEAVES})


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda x: f"{x.edit}.{x.name}{list(x.path)}")
def test_a_bad_number_is_refused_with_its_line(leaf: Leaf) -> None:
    file = POLICY.values[leaf.edit].yaml.path
    bad = BAD if leaf.name in UNITS else {**BAD, "huge": 1.0e10, "a huge whole one": 10**10}
    for kind, number in bad.items():
        with pytest.raises(PolicyError) as refused:
            leaf.with_value(number).on(leaf.day, "x")
        text = str(refused.value)
        assert text.startswith(f"{file}:"), kind
        assert text.removeprefix(f"{file}:").partition(":")[0].isdigit(), kind
        assert f"values.{leaf.name}" in text, kind
        assert "\n" not in text


# The parts of an NDC have one sum, so none of them may change alone.
FREE = [leaf for leaf in LEAVES if leaf.name != "ndc_segments"]


@pytest.mark.parametrize("leaf", FREE, ids=lambda x: f"{x.edit}.{x.name}{list(x.path)}")
def test_a_number_near_the_shipped_one_is_taken(leaf: Leaf) -> None:
    rules = leaf.with_value(9).on(leaf.day, "x")
    assert "9" in str(getattr(rules, leaf.name))


class _Type(NamedTuple):
    where: str
    kind: type
    bounds: list[Any]
    is_strict: bool


def _types(where: str, kind: Any, marks: list[Any], strict: bool) -> Iterator[_Type]:
    """Every type of a number within a type, with all that bounds it."""
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        yield from _types(where, inner, [*marks, *_flat(more)], strict)
    elif kind in (int, float):
        yield _Type(where, kind, marks, strict or any(getattr(m, "strict", None) for m in marks))
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _fields(where, kind)
    else:
        for each in get_args(kind):
            yield from _types(where, each, [], strict)


def _flat(marks: list[Any]) -> list[Any]:
    """Marks, with those inside a pydantic Field."""
    return [one for mark in marks for one in [mark, *getattr(mark, "metadata", [])]]


def _fields(where: str, model: type[BaseModel]) -> Iterator[_Type]:
    strict = bool(model.model_config.get("strict"))
    for name, field in model.model_fields.items():
        yield from _types(f"{where}.{name}", field.annotation, _flat([field]), strict)


RULES = [values.rules for values in POLICY.values.values()]
TYPES = [
    each
    for rules in RULES
    for each in _fields(rules.__module__, rules)
    if each.where.rpartition(".")[2] not in EditRules.model_fields
]


@pytest.mark.parametrize("number", TYPES, ids=lambda each: each.where)
def test_the_type_of_a_number_says_what_it_may_be(number: _Type) -> None:
    assert number.is_strict
    assert any(isinstance(mark, Ge | Gt) for mark in number.bounds)
    ends = any(isinstance(mark, Le | Lt) for mark in number.bounds)
    finite = any(getattr(mark, "allow_inf_nan", None) is False for mark in number.bounds)
    assert ends or (number.kind is float and finite)
