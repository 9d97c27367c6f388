"""What is wrong with a value, in words that say how to put it right."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from stream_edits.policies.values.dated_value import DatedValue
from stream_edits.policies.values.merging import REMOVE, did_you_mean, shown
from stream_edits.policies.values.rules import Outcome
from stream_edits.strict_yaml import YamlError, plain_message

_LONGEST = 60


def problem_with(error: ValidationError, chosen: Mapping[str, DatedValue]) -> YamlError | None:
    """The error for the first thing that is wrong with the values in force, by their names.

    A key that is not known comes first: a misspelt key is also missing under its right name. None
    if no single value is wrong, but all of them together.
    """
    found = error.errors(include_url=False)
    unknown = [each for each in found if each["type"] == "extra_forbidden"]
    first = (unknown or found)[0]
    if not first["loc"]:
        return None
    name, *deeper = first["loc"]
    value = chosen[str(name)]
    path = _without_key_mark(deeper, value.value)
    return value.fail(path, _problem(first, value, path))


def _without_key_mark(loc: Iterable[Any], value: Any) -> tuple[Any, ...]:
    """pydantic's path without the mark at its end that it means a key of a mapping."""
    path = tuple(loc)
    if path and path[-1] == "[key]" and "[key]" not in _at(value, path[:-2]):
        return path[:-1]
    return path


def _problem(first: Mapping[str, Any], value: DatedValue, path: tuple[Any, ...]) -> str:
    if first["type"] == "extra_forbidden":
        beside = _at(value.value, path[:-1])
        known = Outcome.model_fields if is_outcome_like(beside) else _keys_below(value, path[:-1])
        return f"is not a key known here{did_you_mean(path[-1], known)}"
    problem = plain_message(first["msg"])
    given = first["input"]
    if first["type"] != "value_error" and _is_short(given):
        problem = f"{problem}, not {shown(given)}"
    if first["type"] == "string_type" and isinstance(given, int | float):
        problem += f'; write it in quotation marks: "{given}"'
    if first["type"] in ("enum", "literal_error"):
        problem += did_you_mean(
            given, str(first["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        )
    return problem + _merged_note(value, path)


def is_outcome_like(value: Any) -> bool:
    """Whether a mapping has the disposition of an outcome."""
    return isinstance(value, Mapping) and "disposition" in value


def _keys_below(value: DatedValue, path: Sequence[Any]) -> Sequence[Any]:
    below = value.below
    return list(_at(below.value, path)) if below is not None else []


def _is_short(given: Any) -> bool:
    plain = isinstance(given, str | int | float | bool) or given is None
    return plain and len(str(given)) <= _LONGEST


def _merged_note(value: DatedValue, path: tuple[Any, ...]) -> str:
    """What a mapping is after the merge, where what is wrong is that it is so as a whole."""
    if value.below is None or value.replaces:
        return ""
    merged, before = _at(value.value, path), _at(value.below.value, path)
    kept = (
        [key for key in before if key not in _at(value.written, path)]
        if (isinstance(merged, Mapping) and isinstance(before, Mapping))
        else []
    )
    if not kept or len(merged) > len(Outcome.model_fields):
        return ""
    return (
        f". With what is in force it is {shown(merged)}: give {' and '.join(map(str, kept))} too, "
        f"or take it out with {REMOVE}: {shown(kept)}"
    )


def _at(value: Any, path: Sequence[Any]) -> Any:
    """What is at a path of a value; an empty mapping if nothing is."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return value
