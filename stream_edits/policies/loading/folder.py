"""The folder of a policy: its policy.yaml, and a folder for each edit."""

import importlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from stream_edits.domain.already_replaced import NOTICE_IDS
from stream_edits.domain.claim import LineOfBusiness
from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.about import About
from stream_edits.policies.edit_types import AlreadyReplacedNotice, Edit
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.shapes.known import edit_in, has_shape
from stream_edits.policies.values.edit_file import Dated, RuleSource
from stream_edits.policies.values.prompt_pay import DatedTerms
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlSource

VOCABULARY = "vocabulary"
# Nothing else says that such a claim is not to be paid.
NOT_PAID_TWICE = "it is always enforced, so that no claim is paid that another one has replaced"
EDIT_FILES = ("edit.py", "policy.yaml")
POLICY_ID = r"[0-9A-Za-z][0-9A-Za-z.-]*"


def _policy_id(written: str) -> str:
    if not re.fullmatch(POLICY_ID, written):
        raise ValueError("an id of a policy has letters, digits, dots and hyphens, as in OUR-PLAN")
    return written


class PolicyFile(BaseModel):
    """The policy.yaml of a policy. ``text`` is the name of the file with the policy's text.

    ``prompt_pay`` holds terms by the day of receipt from which they hold; without one, decisions
    under the policy are due on no day.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    id: Annotated[str, AfterValidator(_policy_id)]
    title: str = Field(min_length=1)
    lines_of_business: Annotated[
        list[Annotated[LineOfBusiness, Field(strict=False)]], Field(min_length=1)
    ]
    text: Annotated[str, Field(min_length=1)] | None = None
    prompt_pay: dict[date, Dated] = {}


class PolicyFolder:
    """A policy's folder, and the name of its Python package. Raises PolicyError."""

    def __init__(self, path: Path, package: str) -> None:
        self.path = path
        self._package = package
        source = YamlSource(path / "policy.yaml")
        file = source.validate(PolicyFile, source.root, ())
        self.about = self._about(source, file)
        self.terms = DatedTerms(source, ("prompt_pay",), file.prompt_pay)
        self.terms.terms()
        self.edits = tuple(sorted(self._edits(), key=lambda e: (e.group, e.id)))
        notices = [edit.id for edit in self.edits if isinstance(edit, AlreadyReplacedNotice)]
        if len(notices) != 1:
            raise source.fail((), "one edit of a policy must be its AlreadyReplacedNotice")
        if notices[0] not in NOTICE_IDS:
            known = " or ".join(sorted(NOTICE_IDS))
            raise source.fail((), f"its AlreadyReplacedNotice {notices[0]!r} must be named {known}")

    def _about(self, source: YamlSource, file: PolicyFile) -> About:
        if file.text is None:
            raise source.fail(("text",), "is missing: name the file with the policy's text")
        about = About(
            id=file.id,
            title=file.title,
            lines_of_business=frozenset(file.lines_of_business),
            folder=self.path,
            text=self.path / file.text,
        )
        if not about.text.is_file():
            raise source.fail(("text",), f"there is no file {file.text} beside this one")
        return about

    def _edits(self) -> Iterator[Edit]:
        """The edit of each folder that has a file of an edit. Raises PolicyError."""
        folders = {file.parent for name in EDIT_FILES for file in self.path.glob(f"*/{name}")}
        for folder in sorted(folders - {self.path / VOCABULARY}):
            if not (folder / "edit.py").exists() and has_shape(folder / "policy.yaml"):
                yield named_like(edit_in(folder / "policy.yaml"), folder / "policy.yaml")
                continue
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
        if edit.waits_for is WaitsFor.NONE:
            raise PolicyError("waits_for says whose move a PEND is, so it is not NONE", str(file))
        return named_like(edit, file)

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
            found.append(
                RuleSource(
                    vocabulary,
                    rules,
                    self.about.id,
                    VOCABULARY,
                    always_enforced="not an edit",
                )
            )
        return found + [
            RuleSource(
                self.folder_of(edit.id) / "policy.yaml",
                edit.rules,
                self.about.id,
                edit.id,
                always_enforced=(NOT_PAID_TWICE if isinstance(edit, AlreadyReplacedNotice) else ""),
            )
            for edit in self.edits
        ]


def named_like(edit: Edit, file: Path) -> Edit:
    """The edit, whose id must be the name of its folder. Raises PolicyError."""
    folder = file.parent.name
    if edit.id.replace("-", "_") != folder:
        what = "EDIT" if file.suffix == ".py" else "it"
        problem = f"{what} has the id {edit.id}, but its folder is {folder}: rename one"
        raise PolicyError(problem, str(file))
    return edit


def _line_of(error: Exception, file: Path) -> int:
    """The line of a file at which its import failed, 1 if it is not known."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or 1
    lines = [each.lineno for each in extract_tb(error.__traceback__) if each.filename == str(file)]
    return (lines[-1] if lines else None) or 1
