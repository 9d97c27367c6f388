"""Policies for the cases: under an overlay, with one value changed, with an edit more or fewer.

What the tests know of how a policy holds its edits is in this module.
"""

import copy
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest.mock import patch
from weakref import WeakKeyDictionary

from ruamel.yaml import YAML

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.policies import evaluation
from stream_edits.policies.catalog import all_edits, rule_sources
from stream_edits.policies.contract import ClaimEdit, Edit, EncounterEdit, LineEdit, SupervisionEdit
from stream_edits.policies.policy import EditValues, Policy, RuleSource, lay_over
from stream_edits.stages import supervision
from stream_edits.stages.pipeline import adjudicate
from tests.policies.cases import Case


class FurtherEdit(NamedTuple):
    """An edit that is not shipped, and its policy.yaml."""

    edit: Edit
    file: Path


# The edits of a policy that does not ask just those of the catalogue.
_EDITS: WeakKeyDictionary[Policy, tuple[Edit, ...]] = WeakKeyDictionary()


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


def only(policy: Policy, edit_ids: Collection[str]) -> Policy:
    """The policy with the same values, asking only some of its edits."""
    fewer = copy.copy(policy)
    edits = {edit.id: edit for edit in _EDITS.get(policy, all_edits())}
    chosen = {edits[edit_id] for edit_id in edit_ids}
    _EDITS[fewer] = tuple(edit for edit in edits.values() if edit in chosen)
    return fewer


def decide(
    claims: Sequence[ClaimEvent], policy: Policy, rollup: RollUp = RollUp.STANDARD
) -> list[ClaimDecision]:
    """What the stages publish for these claims, in order."""
    sourced = ((claim, Source("case", 0, place)) for place, claim in enumerate(claims))
    with _asking(_EDITS.get(policy, all_edits())):
        return list(adjudicate(sourced, policy, rollup))


def with_value(edit_id: str, name: str, day: date, value: Any) -> Policy:
    """The shipped policy with one value of one edit changed, as an overlay would change it."""
    values = dict(shipped_values())
    by_date = values[edit_id].dated[name]
    values[edit_id] = _copied(values[edit_id])
    values[edit_id].dated[name][day] = by_date[day]._replace(value=value)
    return Policy(list(values.values()))


@lru_cache(maxsize=1)
def shipped_values() -> dict[str, EditValues]:
    """The values of every edit, read from their files once."""
    return {values.file.id: values for values in map(EditValues, rule_sources())}


@lru_cache(maxsize=64)
def _whole_policy(overlay: str | None, further: FurtherEdit | None) -> Policy:
    edits = all_edits()
    values = [_copied(each) for each in shipped_values().values()]
    if further:
        edits = tuple(sorted([*edits, further.edit], key=lambda edit: (edit.group, edit.id)))
        values.append(EditValues(RuleSource(further.file, further.edit.rules)))
    policy = Policy(values) if overlay is None else _under(values, overlay)
    _EDITS[policy] = edits
    return policy


def _copied(values: EditValues) -> EditValues:
    """The same values, to be changed apart from the shipped ones."""
    copied = copy.copy(values)
    copied.dated = {name: dict(by_date) for name, by_date in values.dated.items()}
    return copied


def _under(values: Sequence[EditValues], overlay: str) -> Policy:
    """The policy under an overlay, read from a file as a plan's own overlay is."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "overlay.yaml"
        file.write_text(overlay, encoding="utf-8")
        return lay_over(values, file)


def _as_yaml(edits: Mapping[str, Any]) -> str:
    text = io.StringIO()
    YAML(typ="safe").dump({"edits": edits}, text)
    return text.getvalue()


@contextmanager
def _asking(edits: Sequence[Edit]) -> Iterator[None]:
    """Let the stages ask these edits instead of the catalogue's, until the context ends."""
    encounter_edits = [edit for edit in edits if isinstance(edit, EncounterEdit)]
    groups = sorted({edit.group for edit in encounter_edits})
    instead: dict[str, Any] = {
        "_CLAIM_EDITS": [edit for edit in edits if isinstance(edit, ClaimEdit)],
        "_LINE_EDITS": [edit for edit in edits if isinstance(edit, LineEdit)],
        "_ENCOUNTER_GROUPS": [
            [edit for edit in encounter_edits if edit.group == group] for group in groups
        ],
        "_ORDER": {edit.id: place for place, edit in enumerate(edits)},
    }
    on_supervision = [edit for edit in edits if isinstance(edit, SupervisionEdit)]
    with (
        patch.multiple(evaluation, **instead),
        patch.object(supervision, "_EDITS", on_supervision),
    ):
        evaluation._asked.cache_clear()
        evaluation._naming.cache_clear()
        try:
            yield
        finally:
            evaluation._asked.cache_clear()
            evaluation._naming.cache_clear()
