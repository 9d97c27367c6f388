"""Loads policies from their folders, with the plan's overlay (loading/overlay.py) and own edits.

A policy's folder holds policy.yaml (id, title, lines of business, name of the text file), a folder
for each edit (policy.yaml, edit.py unless it has a shape, cases.yaml), and optionally vocabulary/
with the values that its edits share (policy.yaml, rules.py).
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.folder import VOCABULARY, PolicyFolder
from stream_edits.policies.loading.overlay import lay_over, plan_content, plan_terms
from stream_edits.policies.loading.own_edits import OwnEdits
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.prompt_pay import PromptPay

__all__ = ["VOCABULARY", "PolicyFolder", "load_policies", "shipped_folder", "shipped_folders"]
_HERE = Path(__file__).parents[1]
# What cannot be read is from the settings: a command looks at its own arguments before.
_OVERLAY = "policy (STREAM_EDITS_POLICY)"
_OWN_EDITS = "edits (STREAM_EDITS_EDITS)"


@lru_cache(maxsize=1)
def shipped_folders() -> tuple[PolicyFolder, ...]:
    """The folder of every policy in this package, by policy id."""
    found = [
        PolicyFolder(file.parent, f"stream_edits.policies.{file.parent.name}")
        for file in _HERE.glob("*/policy.yaml")
    ]
    return tuple(sorted(found, key=lambda folder: folder.about.id))


def shipped_folder(policy_id: str) -> PolicyFolder:
    """The folder of one policy that the package ships. Raises LookupError."""
    for folder in shipped_folders():
        if folder.about.id == policy_id:
            return folder
    raise LookupError(f"no policy {policy_id} is shipped")


def load_policies(
    overlay: Path | None = None,
    folders: Sequence[PolicyFolder] | None = None,
    own: Path | None = None,
) -> Policies:
    """The policies of these folders (by default the shipped ones), with the plan's overlay applied.

    The policy of the plan's ``own`` edits comes last.
    Raises PolicyError, with file and line, for a missing file or value, an unknown or duplicate
    key, and a value of the wrong type or outside its limits.
    """
    folders = shipped_folders() if folders is None else folders
    if overlay is not None:
        _require_readable(overlay)
    if own is not None:
        if not own.exists():
            raise PolicyError("there is no such folder", f"{_OWN_EDITS}: {own}")
        folders = [*folders, OwnEdits(own, folders)]
    content = None if overlay is None else plan_content(overlay)
    values = {
        folder: [EditValues(each, content) for each in folder.sources()] for folder in folders
    }
    overlay_hash = ""
    terms = {folder.about.id: folder.terms for folder in folders}
    if overlay is not None:
        overlay_hash = lay_over([each for many in values.values() for each in many], overlay)
        terms = plan_terms(overlay, terms)
    return Policies(
        [
            Policy(
                folder.about,
                folder.edits,
                values[folder],
                _hash_of(folder, overlay_hash),
                PromptPay(terms[folder.about.id].terms(), terms[folder.about.id]),
            )
            for folder in folders
        ]
    )


def _require_readable(overlay: Path) -> None:
    try:
        overlay.open("rb").close()
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", f"{_OVERLAY}: {overlay}") from None


def _hash_of(folder: PolicyFolder, overlay_hash: str) -> str:
    """The hash in the versions of a policy: of the overlay, and of the plan's own edits in its."""
    if not isinstance(folder, OwnEdits):
        return overlay_hash
    return hashlib.sha256(f"{folder.digest}{overlay_hash}".encode()).hexdigest()[:6]
