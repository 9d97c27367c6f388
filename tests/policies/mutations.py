"""Mutants of a policy value: small mistakes, each of which must turn a golden case red.

A number becomes one more and one less. An outcome gets another disposition, requests one document
fewer, or cites another paragraph. A code list loses its first or its last code. Neighbouring steps
of an order change places. Any other word (a code to bill instead, a section) becomes another one.
"""

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

_OTHER_DISPOSITION = {"PASS": "PEND", "PEND": "DENY", "DENY": "PEND"}
_OTHER_WORD = "00000"


class Mutant(NamedTuple):
    """A changed value, and the change in words."""

    what: str
    value: Any


def mutants(value: Any) -> Iterator[Mutant]:
    """Every mutant of a value of policy.yaml."""
    yield from _mutants(value, "")


def _mutants(value: Any, at: str) -> Iterator[Mutant]:
    if isinstance(value, dict) and "disposition" in value:
        yield from _of_outcome(value, at)
    elif isinstance(value, dict):
        for key, inner in value.items():
            for mutant in _mutants(inner, f"{at}.{key}"):
                yield Mutant(mutant.what, value | {key: mutant.value})
    elif isinstance(value, bool):
        yield Mutant(f"{at} is {not value}", not value)
    elif isinstance(value, int | float):
        yield Mutant(f"{at} is one more", value + 1)
        yield Mutant(f"{at} is one less", value - 1)
    elif isinstance(value, list):
        yield from _of_list(value, at)
    elif isinstance(value, str):
        yield Mutant(f"{at} is another word", _OTHER_WORD)


def _of_outcome(value: dict[str, Any], at: str) -> Iterator[Mutant]:
    other = _OTHER_DISPOSITION[value["disposition"]]
    # A mutant must itself be a possible outcome: a DENY needs a CARC.
    yield Mutant(f"{at} is {other}", {"carc": "96", **value, "disposition": other})
    for request in value.get("requests", ()):
        fewer = [r for r in value["requests"] if r != request]
        yield Mutant(f"{at} does not request {request}", value | {"requests": fewer})
    if "section" in value:
        yield Mutant(f"{at} cites another paragraph", value | {"section": _OTHER_WORD})


def _of_list(value: list[Any], at: str) -> Iterator[Mutant]:
    if all(isinstance(entry, str) for entry in value):
        for gone in dict.fromkeys((value[0], value[-1])):
            yield Mutant(f"{at} lacks {gone}", [entry for entry in value if entry != gone])
        return
    for place, inner in enumerate(value):
        if isinstance(inner, dict) and place:
            swapped = [*value[: place - 1], inner, value[place - 1], *value[place + 1 :]]
            yield Mutant(f"{at} has step {place} before the one above it", swapped)
        for mutant in _mutants(inner, f"{at}[{place}]"):
            changed = copy.copy(value)
            changed[place] = mutant.value
            yield Mutant(mutant.what, changed)
