"""The data of one edit in the handbook: its policy.yaml, dated values and golden cases."""

import inspect
import sys
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from stream_edits.domain.decision import Disposition, WaitsFor
from stream_edits.policies.edit_types import Edit
from stream_edits.policies.loading.catalog import VOCABULARY
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.reason_codes import outcomes_in
from stream_edits.policies.values.rules import Outcome

_MOVES = {
    WaitsFor.PROVIDER: "waits for the provider",
    WaitsFor.PAYER: "waits for a person of the plan",
    WaitsFor.CLAIM: "waits for another claim",
}


class ShownValue(NamedTuple):
    """A value of an edit that holds from a date on.

    ``written`` is the value as it is in the YAML file, ``read`` the validated value.
    """

    day: date
    written: Any
    read: Any
    reference: str
    file: Path


class CaseEntry(NamedTuple):
    """A golden case: its name and the paragraph that it tests."""

    name: str
    section: str


class EditEntry(NamedTuple):
    """An edit of a policy, or the vocabulary that its edits share (``edit`` is then None)."""

    policy: Policy
    edit: Edit | None
    values: EditValues
    cases: tuple[CaseEntry, ...]

    @property
    def id(self) -> str:
        """The edit's id."""
        return self.values.file.id

    @property
    def does(self) -> str:
        """What the edit does: the first line of its docstring."""
        if self.edit is None:
            return ""
        judge = getattr(self.edit, "judge", None)
        described = inspect.getdoc(judge) if judge else _module_of(self.edit).__doc__
        return (described or "").partition("\n")[0]

    def waits_for(self, outcome: Outcome) -> str:
        """Whose move a finding with that outcome is, in words. Empty unless it is PEND."""
        if self.edit is None or outcome.disposition is not Disposition.PEND:
            return ""
        return _MOVES[WaitsFor.PROVIDER if outcome.requests else self.edit.waits_for]

    def dated(self) -> Iterator[tuple[str, list[ShownValue]]]:
        """The name of each value, with its history in order of date."""
        for name, by_date in self.values.dated.items():
            history = []
            for day, place in sorted(by_date.items()):
                read = getattr(self.values.on(day, day.isoformat()), name)
                history.append(
                    ShownValue(day, place.value, read, place.reference, place.source.path)
                )
            yield name, history

    def outcomes(self) -> Iterator[tuple[str, date, Outcome]]:
        """Every outcome, with the name and date of its value."""
        for name, history in self.dated():
            for each in history:
                for _, outcome in outcomes_in(each.read):
                    yield name, each.day, outcome


def entries(policy: Policy) -> list[EditEntry]:
    """Every edit of a policy in the order of the catalog, after the vocabulary."""
    edits: dict[str, Edit] = {edit.id: edit for edit in policy.edits}
    shared = [name for name in policy.values if name == VOCABULARY]
    return [
        EditEntry(policy, edits.get(name), values, _cases(values.yaml.path.parent / "cases.yaml"))
        for name in (*shared, *edits)
        for values in [policy.values[name]]
    ]


def all_entries(policies: Policies) -> list[EditEntry]:
    """The entries of every policy, in order."""
    return [entry for policy in policies.all for entry in entries(policy)]


@lru_cache(maxsize=128)
def _cases(file: Path) -> tuple[CaseEntry, ...]:
    if not file.exists():
        return ()
    raw = YAML(typ="safe").load(file.read_text(encoding="utf-8")) or []
    return tuple(CaseEntry(each["name"], each["section"]) for each in raw)


def _module_of(edit: Edit) -> Any:
    return sys.modules[edit.rules.__module__]
