"""The dated values of one edit: those of its policy.yaml and of a plan's overlay.

A value holds from its date until the next date. For dates of service before its first date, the
first value holds, or the default of a value that may be left out and begins later than the file,
such as those of ``mode.py``.
"""

import copy
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from pydantic import ValidationError

from stream_edits.policies.content.content import Content, packaged_content
from stream_edits.policies.content.value import TABLE
from stream_edits.policies.values.dated_value import DatedValue, in_force
from stream_edits.policies.values.edit_file import Dated, EditFile, PlanDated, RuleSource
from stream_edits.policies.values.merging import did_you_mean
from stream_edits.policies.values.mode import DEFAULTS
from stream_edits.policies.values.overlaying import ended, merged, plans_value
from stream_edits.policies.values.problems import problem_with
from stream_edits.policies.values.reason_codes import (
    automatic_denial_problem,
    outcomes_in,
    reason_problem,
)
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlError, YamlSource
from stream_edits.yaml_words import plain_message


class EditValues:
    """All dated values of one edit, shipped and from the overlay.

    ``notes`` name what has no effect in an overlay, each with file and line.
    """

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
        own = set(source.rules.model_fields) - set(EditRules.model_fields)
        self._fields = own if source.always_enforced else own | set(DEFAULTS)
        self._always_enforced = source.always_enforced
        self.dated: dict[str, dict[date, DatedValue]] = {}
        self.notes: tuple[str, ...] = ()
        for name, by_date in self.file.values.items():
            self._check_name(self.yaml, ("values", name), name, by_date)
            self.dated[name] = {
                day: DatedValue(day, x.value, x.reference, self.yaml, _at("values", name, day))
                for day, x in by_date.items()
            }
        # Earlier days are judged as the first one that the file has, with all that it says of it.
        first_day = min((day for by_date in self.dated.values() for day in by_date), default=None)
        self._from_first_day = {
            name for name, by in self.dated.items() if first_day in by and name not in DEFAULTS
        }
        fields = source.rules.model_fields
        for name in sorted(x for x in own if fields[x].is_required()):
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
        values: Mapping[str, Mapping[date, PlanDated]],
    ) -> None:
        """Merge a plan's values, which are in ``source`` at the path ``at``, into those in force.

        Each merges into what would be in force on its day without it: the newest value, shipped
        or the plan's, that is not after it. Raises PolicyError.
        """
        for name, by_date in values.items():
            self._check_name(source, (*at, name), name, by_date)
            dated = self.dated[name] = dict(self.dated.get(name, {}))
            for day in sorted(by_date):
                is_first = not dated or self._is_left_out(name, dated, day)
                below = None if is_first else in_force(dated, day)
                own = plans_value(by_date[day], day, source, _at(*at, name, day), below)
                wrong = partial(self._wrong_as_written, name)
                dated[day], notes = merged(own, wrong)
                self.notes += notes
            self.notes += tuple(ended(dated))

    def _wrong_as_written(self, name: str, own: DatedValue) -> YamlError | None:
        """What would be wrong with a list as it is written, without a merge; None for nothing."""
        if not isinstance(own.written, list):
            return None
        chosen = {
            each: in_force(by, own.day)
            for each, by in self.dated.items()
            if by and not self._is_left_out(each, by, own.day)
        }
        chosen[name] = own._replace(replaces=True)
        try:
            self._validated({each: x.value for each, x in chosen.items()}, own.day, "")
        except ValidationError as error:
            if any(each["loc"][:1] == (name,) for each in error.errors(include_url=False)):
                return problem_with(error, chosen, self.rules)
        return None

    @property
    def content(self) -> Content:
        """The content table that the values are read with."""
        return self._context[TABLE] or packaged_content()

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

    def _is_left_out(self, name: str, by_date: Mapping[date, DatedValue], day: date) -> bool:
        """Whether the default still holds on a day: that of a value that may be left out."""
        may_be = not self.rules.model_fields[name].is_required()
        if name in self._from_first_day:
            return False
        return may_be and (not by_date or day < min(by_date))

    def _check_name(
        self, source: YamlSource, at: tuple[Any, ...], name: str, by_date: Mapping[date, Dated]
    ) -> None:
        if name in DEFAULTS and name not in self._fields:
            raise source.fail(at, f"cannot be set for {self.file.id}: {self._always_enforced}")
        if name not in self._fields:
            known = ", ".join(sorted(self._fields))
            hint = did_you_mean(name, self._fields)
            raise source.fail(at, f"is not a value of {self.file.id}; it has {known}{hint}")
        if not by_date:
            raise source.fail(at, "has no dated value")

    def on(self, effective: date, version: str) -> EditRules:
        """The rules in force on a revision's date. Raises PolicyError for an invalid value."""
        chosen = {
            name: in_force(by, effective)
            for name, by in self.dated.items()
            if not self._is_left_out(name, by, effective)
        }
        try:
            rules = self._validated(
                {name: each.value for name, each in chosen.items()}, effective, version
            )
        except ValidationError as error:
            found = problem_with(error, chosen, self.rules) or self._together(
                error, chosen, effective, version
            )
            raise found from None
        self._check_reasons(rules, chosen)
        return rules

    def _validated(self, values: Mapping[str, Any], effective: date, version: str) -> EditRules:
        """The rules with these values. Raises ValidationError."""
        head: dict[str, Any] = {
            "edit_id": self.file.id,
            "section": self.file.section,
            "version": version,
            "effective": effective,
            "policy_id": self.policy_id,
        }
        return self.rules.model_validate({**head, **values}, context=self._context)

    def _together(
        self,
        error: ValidationError,
        chosen: Mapping[str, DatedValue],
        effective: date,
        version: str,
    ) -> YamlError:
        """The error for values that do not fit each other, at the plan's value that is to blame."""
        problem = plain_message(error.errors(include_url=False)[0]["msg"])
        values = {name: each.value for name, each in chosen.items()}
        plans = [(name, each) for name, each in chosen.items() if each.is_plans]
        for name, each in plans:
            if each.below is None:
                continue
            try:
                self._validated({**values, name: each.below.value}, effective, version)
            except ValidationError:
                continue
            return each.fail((), problem)
        return plans[0][1].fail((), problem) if plans else self.yaml.fail(("values",), problem)

    def _check_reasons(self, rules: EditRules, chosen: Mapping[str, DatedValue]) -> None:
        for name, each in chosen.items():
            for within, outcome in outcomes_in(getattr(rules, name)):
                problem = automatic_denial_problem(outcome) or reason_problem(outcome, each.day)
                if problem:
                    raise each.fail(within, problem)


def _at(*steps: Any) -> tuple[Any, ...]:
    return (*steps, "value")
