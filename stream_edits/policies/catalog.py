"""Loads policies from their folders, with the plan's overlay (policies/overlay.py).

A policy's folder holds policy.yaml (id, title, lines of business, name of the text file), a folder
for each edit (policy.yaml, edit.py, cases.yaml), and optionally vocabulary/ with the values that
its edits share (policy.yaml, rules.py).
"""

import importlib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from stream_edits.domain.claim import LineOfBusiness
from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.about import About
from stream_edits.policies.edit_types import AlreadyReplacedNotice, Edit
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.overlay import lay_over, plan_content, plan_terms
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import Dated, EditValues, RuleSource
from stream_edits.policies.values.prompt_pay import PromptPay, terms_in
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlSource

VOCABULARY = "vocabulary"
EDIT_FILES = ("edit.py", "policy.yaml")
_HERE = Path(__file__).parent
# Nothing else says that such a claim is not to be paid.
_NOT_PAID_TWICE = "it is always enforced, so that no claim is paid that another one has replaced"


class PolicyFile(BaseModel):
    """The policy.yaml of a policy. ``text`` is the name of the file with the policy's text.

    ``prompt_pay`` holds terms by the day of receipt from which they hold; without one, decisions
    under the policy are due on no day.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$")
    title: str = Field(min_length=1)
    lines_of_business: Annotated[
        list[Annotated[LineOfBusiness, Field(strict=False)]], Field(min_length=1)
    ]
    text: str = Field(min_length=1)
    prompt_pay: dict[date, Dated] = {}


class PolicyFolder:
    """A policy's folder, and the name of its Python package. Raises PolicyError."""

    def __init__(self, path: Path, package: str) -> None:
        self.path = path
        self._package = package
        source = YamlSource(path / "policy.yaml")
        file = source.validate(PolicyFile, source.root, ())
        self.about = About(
            id=file.id,
            title=file.title,
            lines_of_business=frozenset(file.lines_of_business),
            folder=path,
            text=path / file.text,
        )
        if not self.about.text.is_file():
            raise source.fail(("text",), f"there is no file {file.text} beside this one")
        self.terms = terms_in(source, ("prompt_pay",), file.prompt_pay)
        self.edits = tuple(sorted(self._edits(), key=lambda e: (e.group, e.id)))
        if sum(isinstance(edit, AlreadyReplacedNotice) for edit in self.edits) != 1:
            raise source.fail((), "one edit of a policy must be its AlreadyReplacedNotice")

    def _edits(self) -> Iterator[Edit]:
        """The edit of each folder that has a file of an edit. Raises PolicyError."""
        folders = {file.parent for name in EDIT_FILES for file in self.path.glob(f"*/{name}")}
        for folder in sorted(folders - {self.path / VOCABULARY}):
            for name in ("__init__.py", *EDIT_FILES):
                if not (folder / name).is_file():
                    guide = "docs/adding-an-edit.md shows how"
                    raise PolicyError(f"is missing: write it ({guide})", str(folder / name))
            yield self._edit_in(folder)

    def _edit_in(self, folder: Path) -> Edit:
        file = folder / "edit.py"
        edit = getattr(self._module(file), "EDIT", None)
        if not isinstance(edit, Edit):
            raise PolicyError("should define EDIT, an edit of policies/edit_types.py", str(file))
        if edit.id.replace("-", "_") != folder.name:
            problem = f"EDIT has the id {edit.id}, but its folder is {folder.name}: rename one"
            raise PolicyError(problem, str(file))
        if edit.waits_for is WaitsFor.NONE:
            raise PolicyError("waits_for says whose move a PEND is, so it is not NONE", str(file))
        return edit

    def _module(self, file: Path) -> ModuleType:
        """The module of an edit or of the vocabulary. Raises PolicyError if it does not import."""
        try:
            return importlib.import_module(f"{self._package}.{file.parent.name}.{file.stem}")
        except Exception as error:
            reason = " ".join(str(error).split())
            problem = f"cannot be imported: {type(error).__name__}: {reason}"
            raise PolicyError(problem, f"{file}:{_line_of(error, file)}") from error

    def folder_of(self, edit_id: str) -> Path:
        """The folder of an edit or of the vocabulary, by its id."""
        return self.path / edit_id.replace("-", "_")

    def sources(self) -> list[RuleSource]:
        """The files of the shipped values and their types, the vocabulary first."""
        vocabulary = self.path / VOCABULARY / "policy.yaml"
        found = []
        if vocabulary.exists():
            rules: type[EditRules] = self._module(vocabulary.with_name("rules.py")).VOCABULARY
            found.append(RuleSource(vocabulary, rules, self.about.id, VOCABULARY, "it is no edit"))
        return found + [
            RuleSource(
                self.folder_of(edit.id) / "policy.yaml",
                edit.rules,
                self.about.id,
                edit.id,
                _NOT_PAID_TWICE if isinstance(edit, AlreadyReplacedNotice) else "",
            )
            for edit in self.edits
        ]


def _line_of(error: Exception, file: Path) -> int:
    """The line of a file at which its import failed, 1 if it is not known."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or 1
    lines = [each.lineno for each in extract_tb(error.__traceback__) if each.filename == str(file)]
    return (lines[-1] if lines else None) or 1


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
    overlay: Path | None = None, folders: Sequence[PolicyFolder] | None = None
) -> Policies:
    """The policies of these folders (by default the shipped ones), with the plan's overlay applied.

    Raises PolicyError, with file and line, for a missing file or value, an unknown or duplicate
    key, and a value of the wrong type or outside its limits.
    """
    folders = shipped_folders() if folders is None else folders
    content = None if overlay is None else plan_content(overlay)
    values = {
        folder: [EditValues(each, content) for each in folder.sources()] for folder in folders
    }
    overlay_hash = ""
    terms = {folder.about.id: folder.terms for folder in folders}
    if overlay is not None:
        overlay_hash = lay_over([each for many in values.values() for each in many], overlay)
        for policy_id, own in plan_terms(overlay, terms).items():
            terms[policy_id] = {**terms[policy_id], **own}
    return Policies(
        [
            Policy(
                folder.about,
                folder.edits,
                values[folder],
                overlay_hash,
                PromptPay(terms[folder.about.id]),
            )
            for folder in folders
        ]
    )
