"""What is wrong with a value, in words that say how to put it right."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from stream_edits.domain.decision import Disposition
from stream_edits.policies.values.codes import NotACode
from stream_edits.policies.values.dated_value import DatedValue
from stream_edits.policies.values.merging import REMOVE, did_you_mean, is_outcome, shown
from stream_edits.policies.values.rules import Outcome
from stream_edits.strict_yaml import YamlError, keys_at
from stream_edits.yaml_words import meant_key, plain_message

_LONGEST = 60


def problem_with(
    error: ValidationError, chosen: Mapping[str, DatedValue], model: type[BaseModel]
) -> YamlError | None:
    """The error for the first thing that is wrong with the values in force, by their names.

    ``model`` is what they were read as. A key that is not known comes first: a misspelt key is also
    missing under its right name. None if no single value is wrong, but all of them together.
    """
    found = error.errors(include_url=False)
    unknown = [each for each in found if each["type"] == "extra_forbidden"]
    first = (unknown or found)[0]
    if not first["loc"]:
        return None
    name, *deeper = first["loc"]
    value = chosen[str(name)]
    path = _without_key_mark(deeper, value.value)
    if first["type"] == "extra_forbidden":
        known = keys_at(model, first["loc"][:-1]) or _keys_below(value, path[:-1])
        return value.fail(path, f"is not a key known here{meant_key(str(path[-1]), known)}")
    return value.fail(path, _problem(first, value, path))


def _without_key_mark(loc: Iterable[Any], value: Any) -> tuple[Any, ...]:
    """pydantic's path without the mark at its end that it means a key of a mapping."""
    path = tuple(loc)
    if path and path[-1] == "[key]" and "[key]" not in _at(value, path[:-2]):
        return path[:-1]
    return path


def _problem(first: Mapping[str, Any], value: DatedValue, path: tuple[Any, ...]) -> str:
    problem, given = plain_message(first["msg"]), first["input"]
    if first["type"] == "value_error":
        beside = _at(value.value, path[:-1])
        cause = first["ctx"]["error"]
        if isinstance(cause, NotACode) and not cause.is_hinted and isinstance(beside, list):
            problem += did_you_mean(given, (x for x in beside if x != given))
        return problem + _merged_note(value, path)
    if given is None:
        return f"is empty: it {problem}{_merged_note(value, path)}"
    hint = _hint(problem, given)
    if _is_short(given):
        problem = f"{problem}, not {shown(given)}"
    if first["type"] in ("enum", "literal_error"):
        known = str(first["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        hint = did_you_mean(given, known)
    return problem + hint + _merged_note(value, path)


def _hint(problem: str, given: Any) -> str:
    """How to write something of a wrong type."""
    if problem == "should be text" and isinstance(given, int | float | date):
        return f'; write it in quotation marks: "{given}"'
    if problem == "should be a number" and _is_number(given):
        return f"; write it without quotation marks: {given}"
    if problem == "should be a list" and isinstance(given, str):
        return f"; write it in brackets: [{shown(given)}]"
    if problem == "should be a mapping" and given in list(Disposition):
        return f"; write {{disposition: {given}}}"
    if problem == "should be a mapping":
        return ", that is keys, each with a colon and its value"
    return ""


def _keys_below(value: DatedValue, path: Sequence[Any]) -> Sequence[Any]:
    below = value.below
    return list(_at(below.value, path)) if below is not None else []


def _is_number(given: Any) -> bool:
    try:
        return isinstance(given, str) and math.isfinite(float(given))
    except ValueError:
        return False


def _is_short(given: Any) -> bool:
    plain = isinstance(given, str | int | float | bool)
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
    note = f". With what is in force it is {shown(merged)}"
    if is_outcome(before):
        # Its parts do not stand in for each other, so that none is to be taken out instead.
        return note
    return (
        f"{note}: give {' and '.join(map(str, kept))} too, or take it out with "
        f"{REMOVE}: {shown(kept)}"
    )


def _at(value: Any, path: Sequence[Any]) -> Any:
    """What is at a path of a value; an empty mapping if nothing is."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return value
