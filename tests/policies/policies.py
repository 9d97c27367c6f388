"""Policies for the cases: under an overlay, with one value changed, with an edit more or fewer.

What the tests know of how a policy holds its edits is in this module.
"""

import copy
import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.policies.edit_types import AlreadyReplacedNotice, Edit
from stream_edits.policies.loading.catalog import shipped_folder
from stream_edits.policies.loading.overlay import lay_over
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.edit_file import RuleSource
from stream_edits.policies.values.prompt_pay import PromptPay
from stream_edits.policies.values.rules import EditRules
from stream_edits.stages.pipeline import adjudicate
from tests.policies.cases import Case

# The policy whose cases these are.
FOLDER = shipped_folder("6.21-P")
EDIT_IDS = [edit.id for edit in FOLDER.edits]


class FurtherEdit(NamedTuple):
    """An edit that is not shipped, and its policy.yaml."""

    edit: Edit
    file: Path


class _SharedValues(EditValues):
    """The values of an edit, which many policies share, and so work out their rules only once."""

    def __init__(self, source: RuleSource) -> None:
        super().__init__(source)
        self._rules: dict[tuple[date, str], EditRules] = {}

    def on(self, effective: date, version: str) -> EditRules:
        key = (effective, version)
        if key not in self._rules:
            self._rules[key] = super().on(effective, version)
        return self._rules[key]

    def copied(self) -> "_SharedValues":
        """The same values, to be changed apart from these."""
        copied = copy.copy(self)
        copied.dated = {name: dict(by_date) for name, by_date in self.dated.items()}
        copied._rules = {}
        return copied


def whole_policy(
    overlay: Mapping[str, Any] | None = None, further: FurtherEdit | None = None
) -> Policy:
    """The policy as shipped, under an overlay, or with a further edit in the catalogue."""
    return _whole_policy(_as_yaml(overlay) if overlay else None, further)


def policy_of(case: Case, further: FurtherEdit | None = None) -> Policy:
    """The policy under the case's overlay, asking only the edits that the case needs."""
    return only(whole_policy(case.overlay, further), case.edit_ids)


def policy_with(further: FurtherEdit) -> Policy:
    """The policy as shipped, and a further edit."""
    return whole_policy(further=further)


@lru_cache(maxsize=64)
def only(policy: Policy, edit_ids: tuple[str, ...]) -> Policy:
    """The policy with the same values, asking only some of its edits."""
    unknown = set(edit_ids) - {edit.id for edit in policy.edits}
    if unknown:
        raise ValueError(f"there is no such edit: {sorted(unknown)}")
    # A policy cannot be without its notice, which is only given on claims already replaced.
    fewer = [e for e in policy.edits if e.id in edit_ids or isinstance(e, AlreadyReplacedNotice)]
    return Policy(policy.about, fewer, list(policy.values.values()), _overlay_hash(policy))


def decide(
    claims: Sequence[ClaimEvent], policy: Policy, rollup: RollUp = RollUp.STANDARD
) -> list[ClaimDecision]:
    """What the stages publish for these claims, in order."""
    sourced = ((claim, Source("case", 0, place)) for place, claim in enumerate(claims))
    return list(adjudicate(sourced, Policies([policy]), rollup))


def with_value(edit_id: str, name: str, day: date, value: Any) -> Policy:
    """The shipped policy with one value of one edit changed, as an overlay would change it."""
    values = dict(shipped_values())
    changed = values[edit_id] = values[edit_id].copied()
    changed.dated[name][day] = changed.dated[name][day]._replace(value=value)
    return Policy(FOLDER.about, FOLDER.edits, list(values.values()))


@lru_cache(maxsize=1)
def shipped_values() -> dict[str, _SharedValues]:
    """The values of every edit, read from their files once."""
    return {values.file.id: values for values in map(_SharedValues, FOLDER.sources())}


@lru_cache(maxsize=64)
def _whole_policy(overlay: str | None, further: FurtherEdit | None) -> Policy:
    edits = list(FOLDER.edits)
    values = [each.copied() if overlay else each for each in shipped_values().values()]
    if further:
        edits.append(further.edit)
        values.append(_SharedValues(RuleSource(further.file, further.edit.rules, FOLDER.about.id)))
    overlay_hash = "" if overlay is None else _lay_over(values, overlay)
    return Policy(
        FOLDER.about, edits, values, overlay_hash, PromptPay(FOLDER.terms.terms(), FOLDER.terms)
    )


def _lay_over(values: Sequence[EditValues], overlay: str) -> str:
    """Add an overlay's values, read from a file as a plan's own overlay is."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "overlay.yaml"
        file.write_text(overlay, encoding="utf-8")
        return lay_over(values, file)


def _overlay_hash(policy: Policy) -> str:
    return policy.revisions[0].version.partition("+")[2]


def _as_yaml(edits: Mapping[str, Any]) -> str:
    text = io.StringIO()
    YAML(typ="safe").dump({"edits": edits}, text)
    return text.getvalue()
