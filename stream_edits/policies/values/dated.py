"""The dated values of one edit: those of its policy.yaml and of a plan's overlay.

A value holds from its date until the next date. For dates of service before its first date, the
first value holds.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stream_edits.policies.content.content import Content
from stream_edits.policies.content.value import TABLE
from stream_edits.policies.values.reason_codes import outcomes_in, reason_problem
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlSource, plain_message


class Dated(BaseModel):
    """A value that holds from a date on, and its reference."""

    model_config = ConfigDict(extra="forbid", strict=True)
    value: Any
    reference: str = Field(min_length=1)


class EditFile(BaseModel):
    """The policy.yaml of an edit: id, section, text of the paragraph, and dated values.

    An edit of YAML alone names its ``shape`` (``policies/shapes/``), and may say over what it
    counts (``scope``), whose move a claim is that it pends, and its messages in its own words.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    title: str = Field(min_length=1)
    section: str = Field(min_length=1)
    text: str = Field(min_length=1)
    choices: list[str] = []
    shape: str | None = None
    scope: Literal["encounter", "day"] | None = None
    waits_for: Literal["PROVIDER", "PAYER", "CLAIM"] | None = None
    messages: dict[str, str] = {}
    values: dict[str, dict[date, Dated]]


class RuleSource(NamedTuple):
    """The policy.yaml of an edit, the type of its rules, and the policy that it belongs to.

    ``edit_id`` is the id that the file should have; None accepts any. ``section`` stands in place
    of the one in a file that belongs to several policies.
    """

    path: Path
    rules: type[EditRules]
    policy_id: str
    edit_id: str | None = None
    section: str | None = None


class _DatedValue(NamedTuple):
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
        if source.section is not None:
            self.file = self.file.model_copy(update={"section": source.section})
        if source.edit_id not in (None, self.file.id):
            raise self.yaml.fail(("id",), f"should be {source.edit_id}, as in edit.py")
        if not self.file.section.startswith(f"{self.policy_id} "):
            raise self.yaml.fail(("section",), f"should begin with the policy: {self.policy_id}")
        if not source.rules.of_shape:
            self._refuse_keys_of_shapes()
        self._fields = set(source.rules.model_fields) - set(EditRules.model_fields)
        self.dated: dict[str, dict[date, _DatedValue]] = {}
        for name, by_date in self.file.values.items():
            self._add(self.yaml, ("values", name), name, by_date)
        fields = source.rules.model_fields
        for name in sorted(x for x in self._fields if fields[x].is_required()):
            if name in self.dated:
                continue
            problem = f"{name} is missing: write it with a date, a reference and a value"
            raise self.yaml.fail(("values",), problem)

    def _refuse_keys_of_shapes(self) -> None:
        for name in ("shape", "scope", "waits_for", "messages"):
            if getattr(self.file, name):
                raise self.yaml.fail((name,), "is for edits of YAML alone; this one has edit.py")

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

    def _add(
        self, source: YamlSource, at: tuple[Any, ...], name: str, by_date: Mapping[date, Dated]
    ) -> None:
        if name not in self._fields:
            known = ", ".join(sorted(self._fields))
            raise source.fail(at, f"is not a value of {self.file.id}; it has {known}")
        if not by_date:
            raise source.fail(at, "has no dated value")
        for day, dated in by_date.items():
            place = _DatedValue(day, dated.value, dated.reference, source, (*at, day, "value"))
            self.dated.setdefault(name, {})[day] = place

    def on(self, effective: date, version: str) -> EditRules:
        """The rules in force on a revision's date. Raises PolicyError for an invalid value."""
        fields = self.rules.model_fields
        chosen = {
            name: by[_in_force(by, effective)]
            for name, by in self.dated.items()
            # A value that may be left out is left out before its first date.
            if fields[name].is_required() or min(by) <= effective
        }
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

    def _check_reasons(self, rules: EditRules, chosen: Mapping[str, _DatedValue]) -> None:
        for name, each in chosen.items():
            for within, outcome in outcomes_in(getattr(rules, name)):
                problem = reason_problem(outcome, each.day)
                if problem:
                    raise each.source.fail((*each.at, *within), problem)


def _in_force(days: Iterable[date], on: date) -> date:
    ordered = sorted(days)
    return ordered[max(bisect_right(ordered, on) - 1, 0)]
