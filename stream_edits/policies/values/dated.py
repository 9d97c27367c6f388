"""The dated values of one edit: those of its policy.yaml and of a plan's overlay.

A value holds from its date until the next date. For dates of service before its first date, the
first value holds.
"""

import copy
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stream_edits.policies.content.content import Content, content_from
from stream_edits.policies.content.value import TABLE
from stream_edits.policies.values.reason_codes import outcomes_in, reason_problem
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlSource, plain_message

V = TypeVar("V")


class Dated(BaseModel):
    """A value that holds from a date on, and its reference."""

    model_config = ConfigDict(extra="forbid", strict=True)
    value: Any
    reference: str = Field(min_length=1)


class EditFile(BaseModel):
    """The policy.yaml of an edit: id, section, text of the paragraph, and dated values."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    title: str = Field(min_length=1)
    section: str = Field(min_length=1)
    text: str = Field(min_length=1)
    choices: list[str] = []
    values: dict[str, dict[date, Dated]]


class RuleSource(NamedTuple):
    """The policy.yaml of an edit, the type of its rules, and the policy that it belongs to.

    ``edit_id`` is the id that the file should have; None accepts any.
    """

    path: Path
    rules: type[EditRules]
    policy_id: str
    edit_id: str | None = None


class DatedValue(NamedTuple):
    """A value as it is written, and where: the file, and the path of keys to it."""

    day: date
    value: Any
    reference: str
    source: YamlSource
    at: tuple[Any, ...]


class EditValues:
    """All dated values of one edit, shipped and from the overlay."""

    def __init__(self, source: RuleSource, content: Content | None = None) -> None:
        """Read the file. ``content`` is the content table, by default the packaged one."""
        self.rules = source.rules
        self._context = {TABLE: content}
        self.policy_id = source.policy_id
        self.yaml = YamlSource(source.path)
        self.file = self.yaml.validate(EditFile, self.yaml.root, ())
        if source.edit_id not in (None, self.file.id):
            raise self.yaml.fail(("id",), f"should be {source.edit_id}, as in edit.py")
        if not self.file.section.startswith(f"{self.policy_id} "):
            raise self.yaml.fail(("section",), f"should begin with the policy: {self.policy_id}")
        self._fields = set(source.rules.model_fields) - set(EditRules.model_fields)
        self.dated: dict[str, dict[date, DatedValue]] = {}
        for name, by_date in self.file.values.items():
            self._add(self.yaml, ("values", name), name, by_date)
        for name in sorted(self._fields - set(self.dated)):
            problem = f"{name} is missing: write it with a date, a reference and a value"
            raise self.yaml.fail(("values",), problem)

    def overlay(
        self,
        source: YamlSource,
        at: tuple[Any, ...],
        values: Mapping[str, Mapping[date, Dated]],
    ) -> None:
        """Add a plan's values, which are in ``source`` at the path ``at``.

        They replace values of the same name and date. Raises PolicyError.
        """
        for name, by_date in values.items():
            self._add(source, (*at, name), name, by_date)

    @property
    def content(self) -> Content:
        """The content table that the values are read with."""
        return self._context[TABLE] or content_from()

    def revised(
        self, dated: Mapping[str, Mapping[date, DatedValue]], content: Content
    ) -> "EditValues":
        """The same edit with other dated values and another content table."""
        made = copy.copy(self)
        made.dated = {name: dict(by_date) for name, by_date in dated.items()}
        made._context = {TABLE: content}
        return made

    def default(self, name: str) -> Any:
        """What a value is when nothing is written. Raises LookupError for one that must be."""
        field = self.rules.model_fields[name]
        if field.is_required():
            raise LookupError(f"{name} of {self.file.id} has no default")
        return field.get_default(call_default_factory=True)

    def _add(
        self, source: YamlSource, at: tuple[Any, ...], name: str, by_date: Mapping[date, Dated]
    ) -> None:
        if name not in self._fields:
            known = ", ".join(sorted(self._fields))
            raise source.fail(at, f"is not a value of {self.file.id}; it has {known}")
        if not by_date:
            raise source.fail(at, "has no dated value")
        for day, dated in by_date.items():
            place = DatedValue(day, dated.value, dated.reference, source, (*at, day, "value"))
            self.dated.setdefault(name, {})[day] = place

    def on(self, effective: date, version: str) -> EditRules:
        """The rules in force on a revision's date. Raises PolicyError for an invalid value."""
        chosen = {name: in_force(by, effective) for name, by in self.dated.items()}
        head: dict[str, Any] = {
            "edit_id": self.file.id,
            "section": self.file.section,
            "version": version,
            "effective": effective,
            "policy_id": self.policy_id,
        }
        try:
            values = {name: each.value for name, each in chosen.items()}
            rules = self.rules.model_validate({**head, **values}, context=self._context)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            if not first["loc"]:
                raise self.yaml.fail(("values",), plain_message(first["msg"])) from None
            name, *deeper = first["loc"]
            culprit = chosen[str(name)]
            raise culprit.source.fail((*culprit.at, *deeper), plain_message(first["msg"])) from None
        self._check_reasons(rules, chosen)
        return rules

    def _check_reasons(self, rules: EditRules, chosen: Mapping[str, DatedValue]) -> None:
        for name, each in chosen.items():
            for within, outcome in outcomes_in(getattr(rules, name)):
                problem = reason_problem(outcome, each.day)
                if problem:
                    raise each.source.fail((*each.at, *within), problem)


def in_force(by_date: Mapping[date, V], on: date) -> V:
    """What holds on a date: the newest that is not after it, or else the first of all."""
    ordered = sorted(by_date)
    return by_date[ordered[max(bisect_right(ordered, on) - 1, 0)]]
