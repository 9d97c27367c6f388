"""Loading policy.yaml files and an overlay, and choosing the values in force on a date.

Every value of every edit is dated. A value holds from its date until the next one; a date of
service before a value's first date is judged by that first one. The dates of all values together
are the policy's revisions: a finding names the newest revision not after the date of service.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.values.reason_codes import outcomes_in, reason_problem
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import PolicyError, YamlSource, said

R = TypeVar("R", bound=EditRules)


class _Dated(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    value: Any
    reference: str = Field(min_length=1)


class PolicyFile(BaseModel):
    """A policy.yaml: its citation, the paragraph it carries out, and its dated values."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    title: str = Field(min_length=1)
    section: str = Field(pattern=r"^6\.21-P ")
    text: str = Field(min_length=1)
    choices: list[str] = []
    values: dict[str, dict[date, _Dated]]


class Overlay(BaseModel):
    """A plan's own changes: edit id -> value name -> date -> value and reference."""

    model_config = ConfigDict(extra="forbid", strict=True)
    edits: dict[str, dict[str, dict[date, _Dated]]]


class RuleSource(NamedTuple):
    """An edit's policy.yaml and the type its values must fit."""

    path: Path
    rules: type[EditRules]


class _DatedValue(NamedTuple):
    day: date
    value: Any
    reference: str
    source: YamlSource
    at: tuple[Any, ...]


class EditValues:
    """All dated values of one edit, shipped and overlaid."""

    def __init__(self, source: RuleSource) -> None:
        self.rules = source.rules
        self.yaml = YamlSource(source.path)
        self.file = self.yaml.validate(PolicyFile, self.yaml.root, ())
        self._fields = set(source.rules.model_fields) - set(EditRules.model_fields)
        self.dated: dict[str, dict[date, _DatedValue]] = {}
        for name, by_date in self.file.values.items():
            self._add(self.yaml, ("values", name), name, by_date)
        for name in sorted(self._fields - set(self.dated)):
            raise self.yaml.fail(("values",), f"{name} is missing")

    def overlay(self, source: YamlSource, values: Mapping[str, Mapping[date, _Dated]]) -> None:
        """Add a plan's own values; a date that is already there is overruled."""
        for name, by_date in values.items():
            self._add(source, ("edits", self.file.id, name), name, by_date)

    def _add(
        self, source: YamlSource, at: tuple[Any, ...], name: str, by_date: Mapping[date, _Dated]
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
        """The rules in force on a revision's date; raises PolicyError for an impossible value."""
        chosen = {name: by[_in_force(by, effective)] for name, by in self.dated.items()}
        head: dict[str, Any] = {
            "edit_id": self.file.id,
            "section": self.file.section,
            "version": version,
            "effective": effective,
        }
        try:
            rules = self.rules(**head, **{name: each.value for name, each in chosen.items()})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            if not first["loc"]:
                raise self.yaml.fail(("values",), said(first["msg"])) from None
            name, *deeper = first["loc"]
            culprit = chosen[str(name)]
            raise culprit.source.fail((*culprit.at, *deeper), said(first["msg"])) from None
        for name, each in chosen.items():
            for within, outcome in outcomes_in(getattr(rules, name)):
                problem = reason_problem(outcome, each.day)
                if problem:
                    raise each.source.fail((*each.at, *within), problem)
        return rules


def _in_force(days: Iterable[date], on: date) -> date:
    ordered = sorted(days)
    return ordered[max(bisect_right(ordered, on) - 1, 0)]


class PolicyOnDate:
    """The policy as one revision has it."""

    def __init__(self, effective: date, version: str, rules: Sequence[EditRules]) -> None:
        self.effective = effective
        self.version = version
        self._rules: dict[type[EditRules], Any] = {type(r): r for r in rules}
        self.vocabulary = self[VocabularyRules]
        self.governed = frozenset[str]().union(*(r.governed_codes() for r in rules))
        self.administration = self.vocabulary.administration
        self.initials = self.vocabulary.initials

    def __getitem__(self, kind: type[R]) -> R:
        rules: R = self._rules[kind]
        return rules

    def governs(self, code: str) -> bool:
        """Whether the policy, or one of its lists, names the procedure code."""
        return code in self.governed


class Policy:
    """Every revision of the policy, with the overlay of the plan laid over it."""

    def __init__(self, values: Sequence[EditValues], overlay_hash: str = "") -> None:
        self.values = {v.file.id: v for v in values}
        days = sorted({day for v in values for by in v.dated.values() for day in by})
        suffix = f"+{overlay_hash}" if overlay_hash else ""
        self.revisions = tuple(
            PolicyOnDate(day, version, [v.on(day, version) for v in values])
            for day in days
            for version in [day.isoformat() + suffix]
        )
        self._days = days
        self._only = self.revisions[0] if len(days) == 1 else None

    def on(self, day: date) -> PolicyOnDate:
        """The revision in force on a date of service; the earliest one for a date before it."""
        if self._only is not None:
            return self._only
        return self.revisions[max(bisect_right(self._days, day) - 1, 0)]

    def version_for(self, days: Iterable[date]) -> str:
        """The newest revision used for these dates of service."""
        if self._only is not None:
            return self._only.version
        return max((self.on(day) for day in days), key=lambda r: r.effective).version


def load_policy(sources: Sequence[RuleSource], overlay: Path | None = None) -> Policy:
    """The policy of these files, under an overlay file when one is named.

    Raises PolicyError, with file and line, for an unknown or duplicate key, a value of the wrong
    kind or an impossible one.
    """
    values = [EditValues(source) for source in sources]
    return Policy(values) if overlay is None else lay_over(values, overlay)


def lay_over(values: Sequence[EditValues], overlay: Path) -> Policy:
    """The policy of these values, which take in those of the overlay file. Raises PolicyError."""
    by_id = {v.file.id: v for v in values}
    source = YamlSource(overlay)
    for edit_id, changes in source.validate(Overlay, source.root, ()).edits.items():
        if edit_id not in by_id:
            raise source.fail(("edits", edit_id), "there is no such edit")
        by_id[edit_id].overlay(source, changes)
    return Policy(values, hashlib.sha256(source.text.encode()).hexdigest()[:6])


__all__ = ["Policy", "PolicyError", "PolicyFile", "PolicyOnDate", "RuleSource", "load_policy"]
