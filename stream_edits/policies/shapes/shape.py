"""What a shape is: the values that its edits have, and how an edit is made from a policy.yaml."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    ``in_own_words`` are its messages, by the names that its shape has for them. ``written`` is
    what the file itself gives each value, one for each date and not yet checked.
    """

    id: str
    rules: type[ShapeRules]
    scope: Scope | None
    waits_for: WaitsFor | None
    in_own_words: Mapping[str, str]
    written: Mapping[str, Sequence[Any]]

    def message(self, name: str, usual: str, **values: object) -> str:
        """A message in the edit's own words, or the usual one of the shape."""
        return self.in_own_words.get(name, usual).format(**values)

    def message_on(
        self, about: Iterable[str], asked: str, name: str, usual: str, **values: object
    ) -> str:
        """A message about documents. ``asked`` is the value that names them.

        Own words without ``{documents}`` are about those that the file names. Where an overlay
        names others, or some were sent, the usual words stand in for them.
        """
        own = self.in_own_words.get(name, usual)
        written = map(_documents, self.written.get(asked, ()))
        fits = "{documents}" in own or set(about) in written
        return (own if fits else usual).format(**values)


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


def _documents(value: Any) -> set[str]:
    """The documents that a value names: an outcome, or a list of documents."""
    return set(value.get("requests", ()) if isinstance(value, Mapping) else value)
