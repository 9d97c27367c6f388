"""The dated values of one edit: those of its policy.yaml and of a plan's overlay.

A value holds from its date until the next date. For dates of service before its first date, the
first value holds.
"""

import copy
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from stream_edits.policies.content.content import Content, content_from
from stream_edits.policies.content.value import TABLE
from stream_edits.policies.values.dated_value import DatedValue, in_force
from stream_edits.policies.values.differences import ABSENT
from stream_edits.policies.values.edit_file import Dated, EditFile, PlanDated
from stream_edits.policies.values.merging import CannotMerge, Merging, did_you_mean
from stream_edits.policies.values.problems import problem_with
from stream_edits.policies.values.reason_codes import outcomes_in, reason_problem
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlError, YamlSource, plain_message

_IN_VAIN = "changes nothing: the value is already so"


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


class EditValues:
    """All dated values of one edit, shipped and from the overlay.

    ``notes`` are what an overlay says in vain, each with file and line.
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
        self._fields = set(source.rules.model_fields) - set(EditRules.model_fields)
        self.dated: dict[str, dict[date, DatedValue]] = {}
        self.notes: tuple[str, ...] = ()
        for name, by_date in self.file.values.items():
            self._check_name(self.yaml, ("values", name), name, by_date)
            self.dated[name] = {
                day: DatedValue(day, x.value, x.reference, self.yaml, _at("values", name, day))
                for day, x in by_date.items()
            }
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
                change, below = by_date[day], in_force(dated, day) if dated else None
                place = (source, _at(*at, name, day))
                own = DatedValue(day, change.value, change.reference, *place, below)
                own = own._replace(written=own.value, replaces=change.replace, is_plans=True)
                dated[day] = own if change.replace else self._merged(name, own)
                if below is not None and dated[day].value == below.value:
                    self.notes += (str(own.source.fail(own.at, _IN_VAIN)),)
            self.notes += tuple(self._ended(name))

    def _merged(self, name: str, own: DatedValue) -> DatedValue:
        """A plan's value, merged. Raises PolicyError for one that does not fit."""
        merging = Merging()
        base = ABSENT if own.below is None else own.below.value
        try:
            value = merging.merge(base, own.written)
        except CannotMerge as refused:
            wrong = self._wrong_as_written(name, own) if isinstance(own.written, list) else None
            where = (*own.at, *refused.path)
            raise (wrong or own.source.fail(where, refused.problem)) from None
        for path, note in merging.notes:
            self.notes += (str(own.source.fail((*own.at, *path), note)),)
        return own._replace(value=value)

    def _wrong_as_written(self, name: str, own: DatedValue) -> YamlError | None:
        """What would be wrong with a value as it is written, without a merge; None for nothing."""
        chosen = {each: in_force(by, own.day) for each, by in self.dated.items()}
        chosen[name] = own._replace(replaces=True)
        try:
            self._validated({each: x.value for each, x in chosen.items()}, own.day, "")
        except ValidationError as error:
            if any(each["loc"][:1] == (name,) for each in error.errors(include_url=False)):
                return problem_with(error, chosen)
        return None

    def _ended(self, name: str) -> Iterator[str]:
        """A note for each plan's value that a later shipped one overrides."""
        by_date = self.dated[name]
        for own in by_date.values():
            later = [each for day, each in sorted(by_date.items()) if day > own.day]
            ends = next((each for each in later if each.shipped is not None), None)
            if own.is_plans and ends is not None and not own.holds_in(ends):
                shipped = ends.shipped or ends
                yield str(
                    own.source.fail(
                        own.at[:-1],
                        f"holds until {ends.day - timedelta(days=1)} only: from {ends.day} on the "
                        f"shipped value holds ({shipped.where()}). To keep the change, write it "
                        f"under {ends.day} too",
                    )
                )

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

    def _check_name(
        self, source: YamlSource, at: tuple[Any, ...], name: str, by_date: Mapping[date, Dated]
    ) -> None:
        if name not in self._fields:
            known = ", ".join(sorted(self._fields))
            hint = did_you_mean(name, self._fields)
            raise source.fail(at, f"is not a value of {self.file.id}; it has {known}{hint}")
        if not by_date:
            raise source.fail(at, "has no dated value")

    def on(self, effective: date, version: str) -> EditRules:
        """The rules in force on a revision's date. Raises PolicyError for an invalid value."""
        fields = self.rules.model_fields
        chosen = {
            name: in_force(by, effective)
            for name, by in self.dated.items()
            # A value that may be left out is left out before its first date.
            if fields[name].is_required() or min(by) <= effective
        }
        try:
            rules = self._validated(
                {name: each.value for name, each in chosen.items()}, effective, version
            )
        except ValidationError as error:
            found = problem_with(error, chosen) or self._together(error, chosen, effective, version)
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
                problem = reason_problem(outcome, each.day)
                if problem:
                    raise each.fail(within, problem)


def _at(*steps: Any) -> tuple[Any, ...]:
    return (*steps, "value")
