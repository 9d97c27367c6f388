"""What a shape is: the values that its edits have, and how an edit is made from a policy.yaml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, ClassVar, NamedTuple

from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.edit_types import Edit, Scope
from stream_edits.policies.values.rules import EditRules


class ShapeRules(EditRules):
    """The values of an edit of a shape. Each shape adds its own fields."""

    of_shape: ClassVar[bool] = True


class Declared(NamedTuple):
    """What the policy.yaml of an edit declares beside its values.

    ``rules`` is the type of its values, its own even where two edits have one shape.
    ``in_own_words`` are its messages, by the names that its shape has for them.
    """

    id: str
    rules: type[ShapeRules]
    scope: Scope | None
    waits_for: WaitsFor | None
    in_own_words: Mapping[str, str]

    def message(self, name: str, usual: str, **values: object) -> str:
        """A message in the edit's own words, or the usual one of the shape."""
        return self.in_own_words.get(name, usual).format(**values)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of edits.

    ``messages`` are the texts that an edit may have in its own words, each with the names that it
    may use in braces. ``scopes`` are what it may count over; an edit that names none counts over
    the first.
    """

    name: str
    rules: type[ShapeRules]
    make: Callable[[Declared], Edit]
    messages: Mapping[str, frozenset[str]]
    scopes: tuple[Scope, ...] = ()


def problem_of_message(text: str, known: frozenset[str]) -> str | None:
    """What is wrong with a message in an edit's own words, or None."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return "has a brace without its other one: write {{ for one that is text"
    for _, name, form, conversion in parts:
        if name is not None and (name not in known or form or conversion):
            names = ", ".join(f"{{{each}}}" for each in sorted(known)) or "none"
            return f"{{{name}}} is not known here; it may use {names}"
    return None if text.strip() else "is empty"


def words_of(names: Any) -> list[str]:
    """The kinds of documents as words, without underscores."""
    return [str(name).replace("_", " ") for name in names]
