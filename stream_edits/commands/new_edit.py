"""`policy new`: writes an edit of a shape for a plan, with cases. Raises PolicyError."""

import re
from pathlib import Path
from string import Template

from stream_edits.commands.generated_files import write
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import shipped_folders
from stream_edits.policies.loading.folder import POLICY_ID
from stream_edits.policies.loading.own_edits import FILE, listed, policy_id_in
from stream_edits.policies.shapes.known import TEMPLATES, id_problem

CASES = "cases.yaml"
_POLICY_ID = "PLAN-1"


def new(folder: Path, edit_id: str, shape: str, policy_id: str | None) -> str:
    """Write an edit of a shape into a folder of own edits, and the folder's policy.yaml if it has
    none. Returns the files that were written, a line each."""
    _check_id(edit_id)
    if folder.exists():
        listed(folder)
    known = policy_id_in(folder)
    if known and policy_id not in (None, known):
        raise PolicyError(f"has the policy {known}, not {policy_id}", str(folder / FILE))
    _check_policy_id(known or policy_id or _POLICY_ID)
    home = folder / edit_id.replace("-", "_")
    if home.exists() or (folder / edit_id).exists():
        raise PolicyError("is there already", str(home))
    names = {"edit": edit_id, "policy": known or policy_id or _POLICY_ID}
    written = {home / name: _filled(f"{shape}.{name}", names) for name in (FILE, CASES)}
    if known is None:
        written[folder / FILE] = _filled(FILE, names)
    try:
        home.mkdir(parents=True)
        for file, text in written.items():
            write(file, text)
    except OSError as error:
        raise PolicyError(f"cannot be written: {error.strerror}", str(home)) from None
    return "".join(f"{file}\n" for file in written)


def _check_id(edit_id: str) -> None:
    problem = id_problem(edit_id)
    if problem:
        raise PolicyError(problem, edit_id)
    for each in shipped_folders():
        if edit_id in {edit.id for edit in each.edits}:
            raise PolicyError(f"{each.about.id} has this edit: yours needs another id", edit_id)


def _check_policy_id(policy_id: str) -> None:
    if not re.fullmatch(POLICY_ID, policy_id):
        raise PolicyError("is not an id of a policy: letters, digits, dots and hyphens", policy_id)
    if policy_id in {each.about.id for each in shipped_folders()}:
        raise PolicyError("is a packaged policy: your own needs another id", policy_id)


def _filled(template: str, names: dict[str, str]) -> str:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(names)
