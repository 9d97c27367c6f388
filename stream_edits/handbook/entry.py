"""One edit as the handbook knows it: its policy.yaml, its dated values, its cases."""

import inspect
import sys
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from stream_edits.policies.catalog import all_edits, folder_of
from stream_edits.policies.contract import Edit
from stream_edits.policies.policy import EditValues, Policy
from stream_edits.policies.values.reason_codes import outcomes_in
from stream_edits.policies.values.rules import Outcome

VOCABULARY = "vocabulary"


class DatedValue(NamedTuple):
    """A value of an edit from a date on.

    ``written`` is the value as its file has it, ``read`` the same as the edit sees it.
    """

    day: date
    written: Any
    read: Any
    reference: str
    file: Path


class Case(NamedTuple):
    """A golden case: its name, and the paragraph it shows."""

    name: str
    section: str


class Entry(NamedTuple):
    """An edit, or the vocabulary that all share (``edit`` is then None)."""

    edit: Edit | None
    values: EditValues
    cases: tuple[Case, ...]

    @property
    def id(self) -> str:
        """The edit's id."""
        return self.values.file.id

    @property
    def does(self) -> str:
        """What the edit does, as its own code says it in a sentence."""
        if self.edit is None:
            return ""
        judge = getattr(self.edit, "judge", None)
        said = inspect.getdoc(judge) if judge else _module_of(self.edit).__doc__
        return (said or "").partition("\n")[0]

    def dated(self) -> Iterator[tuple[str, list[DatedValue]]]:
        """Each value's name, and its history from the earliest date on."""
        for name, by_date in self.values.dated.items():
            history = []
            for day, place in sorted(by_date.items()):
                read = getattr(self.values.on(day, day.isoformat()), name)
                history.append(
                    DatedValue(day, place.value, read, place.reference, place.source.path)
                )
            yield name, history

    def outcomes(self) -> Iterator[tuple[str, date, Outcome]]:
        """Every outcome of every date, with its value's name."""
        for name, history in self.dated():
            for each in history:
                for _, outcome in outcomes_in(each.read):
                    yield name, each.day, outcome


def entries(policy: Policy) -> list[Entry]:
    """Every edit in the order of the catalogue, the vocabulary first."""
    edits: dict[str, Edit] = {edit.id: edit for edit in all_edits()}
    return [
        Entry(edits.get(name), policy.values[name], _cases(name)) for name in (VOCABULARY, *edits)
    ]


@lru_cache(maxsize=128)
def _cases(edit_id: str) -> tuple[Case, ...]:
    file = folder_of(edit_id) / "cases.yaml"
    if not file.exists():
        return ()
    raw = YAML(typ="safe").load(file.read_text(encoding="utf-8")) or []
    return tuple(Case(each["name"], each["section"]) for each in raw)


def _module_of(edit: Edit) -> Any:
    return sys.modules[edit.rules.__module__]
