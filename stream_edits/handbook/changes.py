"""`policy check`: the changes that a plan's overlay makes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from stream_edits.handbook.entry import DatedValue, Entry, all_entries
from stream_edits.handbook.wording import codes_in_words, value_in_words
from stream_edits.policies.content.content import Content
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.mode import DEFAULTS


def changes_of(shipped: Policies, overlaid: Policies, file: Path) -> str:
    """A text with a line for every value that the overlay sets: edit, value, date, old -> new."""
    pairs = zip(all_entries(shipped), all_entries(overlaid), strict=True)
    lines = [line for before, after in pairs for line in _changed(before, after, file)]
    versions = [r.version for policy in overlaid.all for r in policy.revisions]
    lines.append(f"{file}: valid; policy versions {', '.join(versions)}")
    return "\n".join(lines) + "\n"


def _changed(before: Entry, after: Entry, file: Path) -> Iterator[str]:
    old = dict(before.dated())
    for name, history in after.dated():
        for each in history:
            if each.file == file:
                # What every edit has need not be written.
                was = _in_force(old[name], each.day).read if name in old else DEFAULTS[name]
                yield f"{after.id}  {name}  {each.day}  {_difference(was, each.read)}"


def _in_force(history: list[DatedValue], day: date) -> DatedValue:
    """The value in force on a date of service."""
    return next((each for each in reversed(history) if each.day <= day), history[0])


def _difference(was: Any, becomes: Any) -> str:
    if was == becomes:
        return f"{value_in_words(was)} (unchanged)"
    if isinstance(was, frozenset) and isinstance(becomes, frozenset):
        parts = [("added", becomes - was), ("removed", was - becomes)]
        return "; ".join(f"{word} {codes_in_words(codes)}" for word, codes in parts if codes)
    if isinstance(was, Content) and isinstance(becomes, Content):
        was, becomes = dict(was.changes), dict(becomes.changes)
    if isinstance(was, dict) and isinstance(becomes, dict):
        return "; ".join(_keys_changed(was, becomes))
    return f"{value_in_words(was)} -> {value_in_words(becomes)}"


def _keys_changed(was: dict[Any, Any], becomes: dict[Any, Any]) -> Iterator[str]:
    for key in [*was, *(key for key in becomes if key not in was)]:
        if key not in becomes:
            yield f"{key}: {value_in_words(was[key])} -> removed"
        elif key not in was:
            yield f"{key}: added, {value_in_words(becomes[key])}"
        elif was[key] != becomes[key]:
            yield f"{key}: {_difference(was[key], becomes[key])}"
