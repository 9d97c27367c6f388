"""The catalogue: every edit folder found, and the policy their files make."""

import importlib
from functools import lru_cache
from pathlib import Path

from stream_edits.policies.contract import Edit
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.policy import Policy, RuleSource, load_policy

FOLDER = Path(__file__).parent / "khs_6_21_p"


@lru_cache(maxsize=1)
def all_edits() -> tuple[Edit, ...]:
    """Every edit, by group and then by id: the order in which findings are listed."""
    found: list[Edit] = []
    for file in sorted(FOLDER.glob("*/edit.py")):
        edit: Edit = importlib.import_module(
            f"stream_edits.policies.khs_6_21_p.{file.parent.name}.edit"
        ).EDIT
        if edit.id.replace("-", "_") != file.parent.name:
            raise RuntimeError(f"edit {edit.id} lies in the folder {file.parent.name}")
        found.append(edit)
    return tuple(sorted(found, key=lambda e: (e.group, e.id)))


def folder_of(edit_id: str) -> Path:
    """The folder of an edit (or of the vocabulary): policy.yaml, edit.py, cases.yaml."""
    return FOLDER / edit_id.replace("-", "_")


def rule_sources() -> list[RuleSource]:
    """Where the shipped values lie and which type each must fit."""
    vocabulary = RuleSource(FOLDER / "vocabulary" / "policy.yaml", VocabularyRules)
    edits = [RuleSource(folder_of(e.id) / "policy.yaml", e.rules) for e in all_edits()]
    return [vocabulary, *edits]


def policy(overlay: Path | None = None) -> Policy:
    """Policy 6.21-P as shipped, under the plan's overlay; raises PolicyError."""
    return load_policy(rule_sources(), overlay)
