"""The differences between two values as they are written in YAML, and how to put one back.

A difference is as small as a person would name it: a key of a mapping, an entry of a list, or the
value itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

# What may tell the records of a list apart: the first of these that each record has.
RECORD_KEYS = ("npi", "code", "id")
# Lists that hold anything but these are compared as a whole.
_SCALARS = (str, int, float)


class Absent:
    """The type of ``ABSENT``: there is nothing at a place."""

    def __repr__(self) -> str:
        return "not there"


ABSENT: Final = Absent()


class Item(NamedTuple):
    """A step of a path: the entry of a list that is this, or that has this key.

    ``place`` is where a removed entry stood.
    """

    key: Any
    place: int


Path = tuple[Any, ...]


class Difference(NamedTuple):
    """What is at one place of a value before and after; ``ABSENT`` for nothing."""

    path: Path
    before: Any
    after: Any


def differences(before: Any, after: Any, read: Any = None, path: Path = ()) -> Iterator[Difference]:
    """Each difference between two values, in the order of the first.

    ``read`` is the one after it was read by its type. Where that is a set, order means nothing.
    """
    if before == after and type(before) is type(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            inner = (before.get(key, ABSENT), after.get(key, ABSENT))
            yield from differences(*inner, _within(read, key), (*path, key))
        return
    if isinstance(before, list) and isinstance(after, list):
        were, are = by_key(before), by_key(after)
        unordered = isinstance(read, frozenset)
        if were is not None and are is not None and (unordered or _in_one_order(were, are)):
            yield from _entries(were, are, path)
            return
    yield Difference(path, before, after)


def _within(read: Any, key: Any) -> Any:
    if isinstance(read, Mapping):
        return read.get(key)
    return getattr(read, str(key), None) if isinstance(read, BaseModel) else None


def _entries(were: dict[Any, Any], are: dict[Any, Any], path: Path) -> Iterator[Difference]:
    for place, (key, entry) in enumerate(were.items()):
        if are.get(key, ABSENT) != entry:
            yield Difference((*path, Item(key, place)), entry, are.get(key, ABSENT))
    for place, (key, entry) in enumerate(are.items()):
        if key not in were:
            yield Difference((*path, Item(key, place)), ABSENT, entry)


def _in_one_order(were: dict[Any, Any], are: dict[Any, Any]) -> bool:
    """Whether what both lists hold stands in the same order in both."""
    return [key for key in were if key in are] == [key for key in are if key in were]


def by_key(entries: Sequence[Any]) -> dict[Any, Any] | None:
    """The entries of a list by what tells them apart, None if nothing does.

    A plain entry is its own key. Records have the first of ``RECORD_KEYS`` that all of them have.
    """
    if all(isinstance(entry, _SCALARS) for entry in entries):
        found = {entry: entry for entry in entries}
        return found if len(found) == len(entries) else None
    name = record_key(entries)
    return None if name is None else {entry[name]: entry for entry in entries}


def record_key(entries: Sequence[Any]) -> str | None:
    """The key that tells the records of a list apart, None if there is none."""
    if not entries or not all(isinstance(entry, Mapping) for entry in entries):
        return None
    for name in RECORD_KEYS:
        keys = [entry.get(name) for entry in entries]
        if all(isinstance(key, _SCALARS) for key in keys) and len(set(keys)) == len(keys):
            return name
    return None


def value_at(value: Any, path: Path) -> Any:
    """What is at a path of a value, ABSENT if nothing is."""
    for step in path:
        if isinstance(step, Item):
            keyed = by_key(value) if isinstance(value, list) else None
            value = (keyed or {}).get(step.key, ABSENT)
        else:
            value = value.get(step, ABSENT) if isinstance(value, Mapping) else ABSENT
    return value


def reverted(value: Any, path: Path, before: Any) -> Any:
    """The value with one place as it was before. Nothing of ``value`` itself is changed."""
    if not path:
        return before
    step, *deeper = path
    if isinstance(step, Item):
        return _entry_reverted(value, step, before)
    changed = dict(value)
    if deeper:
        changed[step] = reverted(value[step], tuple(deeper), before)
    elif before is ABSENT:
        del changed[step]
    else:
        changed[step] = before
    return changed


def _entry_reverted(entries: list[Any], step: Item, before: Any) -> list[Any]:
    keyed = by_key(entries) or {}
    places = list(keyed)
    if step.key in keyed:
        place = places.index(step.key)
        return [*entries[:place], *([] if before is ABSENT else [before]), *entries[place + 1 :]]
    return [*entries[: step.place], before, *entries[step.place :]]


def place_in_words(path: Path) -> str:
    """A path as text: ``["96361"]``, ``.disposition``. Nothing for an entry of a list."""
    words = []
    for step in path:
        if isinstance(step, Item):
            continue
        plain = isinstance(step, str) and step.isidentifier() and step.islower()
        words.append(f".{step}" if plain else f'["{step}"]')
    return "".join(words)


def in_words(value: Any) -> str:
    """A value as it is written, on one line, without quotation marks."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {in_words(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(in_words(each) for each in value) + "]"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
