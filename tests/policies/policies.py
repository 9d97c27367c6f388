"""The policy under an overlay, made quickly and often: for cases and for mutations."""

import copy
import io
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from stream_edits.policies.catalog import policy, rule_sources
from stream_edits.policies.policy import EditValues, Policy
from tests.policies.golden import Case


def policy_of_case(case: Case) -> Policy:
    """The policy as shipped, or under the overlay that a case brings."""
    return under_overlay(_as_yaml(case.overlay) if case.overlay else None)


@lru_cache(maxsize=64)
def under_overlay(edits: str | None) -> Policy:
    """The policy under an overlay file with these ``edits``, as YAML; read as a plan's own is."""
    if edits is None:
        return policy()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "overlay.yaml"
        file.write_text(edits, encoding="utf-8")
        return policy(file)


def _as_yaml(edits: Mapping[str, Any]) -> str:
    text = io.StringIO()
    YAML(typ="safe").dump({"edits": edits}, text)
    return text.getvalue()


@lru_cache(maxsize=1)
def shipped_values() -> dict[str, EditValues]:
    """The values of every edit, read from their files once."""
    return {values.file.id: values for values in map(EditValues, rule_sources())}


def with_value(edit_id: str, name: str, day: date, value: Any) -> Policy:
    """The shipped policy with one value of one edit changed, as an overlay would change it."""
    values = dict(shipped_values())
    changed = copy.copy(values[edit_id])
    changed.dated = {key: dict(by_date) for key, by_date in changed.dated.items()}
    changed.dated[name][day] = changed.dated[name][day]._replace(value=value)
    values[edit_id] = changed
    return Policy(list(values.values()))
