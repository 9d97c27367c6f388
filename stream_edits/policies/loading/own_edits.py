"""A plan's own edits: a folder outside the package, with YAML alone.

It holds policy.yaml (id, title, lines of business) and a folder for each edit (policy.yaml with a
shape, cases.yaml). Nothing of it is executed. Names that begin with a dot are left out, as a
mounted config map has some.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from stream_edits.policies.about import About
from stream_edits.policies.edit_types import Edit
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.folder import NOT_PAID_TWICE, PolicyFile, PolicyFolder
from stream_edits.policies.shapes import replaced
from stream_edits.policies.shapes.known import edit_in, has_shape
from stream_edits.policies.values.edit_file import RuleSource
from stream_edits.strict_yaml import YamlSource

FILE = "policy.yaml"
# A file system of its own has such a folder, which nobody may read.
_NOT_OURS = {"lost+found"}
_YAML = {".yaml", ".yml"}


class OwnEdits(PolicyFolder):
    """The folder of a plan's own edits. ``digest`` changes with any policy.yaml in it.

    ``shipped`` are the policies that they stand beside: no id of them may be given again.
    """

    def __init__(self, path: Path, shipped: Iterable[PolicyFolder]) -> None:
        """Read the folder. Raises PolicyError."""
        self._shipped = tuple(shipped)
        self._folders: dict[str, Path] = {}
        listed(path)
        if not (path / FILE).is_file():
            raise PolicyError(
                "is missing: it has the id, title and lines of business of your edits; "
                "`stream-edits policy new` writes one",
                str(path / FILE),
            )
        if has_shape(path / FILE):
            problem = f"is one edit: name the folder around it, {path.parent}"
            raise PolicyError(problem, str(path))
        super().__init__(path, "")
        self.digest = self._digest()

    def _about(self, source: YamlSource, file: PolicyFile) -> About:
        if file.id in {each.about.id for each in self._shipped}:
            raise source.fail(("id",), f"{file.id} is a packaged policy: your own needs another id")
        text = self.path / (file.text or FILE)
        if not text.is_file():
            raise source.fail(("text",), f"there is no file {file.text} beside this one")
        lines_of_business = frozenset(file.lines_of_business)
        return About(file.id, file.title, lines_of_business, self.path, text, is_own=True)

    def _edits(self) -> Iterator[Edit]:
        taken = {e.id: each.about.id for each in self._shipped for e in each.edits}
        for folder in edit_folders(self.path):
            file = folder / FILE
            edit = edit_in(file)
            if edit.id.replace("-", "_") != folder.name.replace("-", "_"):
                problem = f"the id is {edit.id}, but the folder is {folder.name}: rename one"
                raise YamlSource(file).fail(("id",), problem)
            if edit.id in taken:
                problem = f"{taken[edit.id]} has an edit {edit.id}: yours needs another id"
                raise YamlSource(file).fail(("id",), problem)
            taken[edit.id] = "this folder"
            self._folders[edit.id] = folder
            yield edit
        if not self._folders:
            raise PolicyError("has no edit: `stream-edits policy new` writes one", str(self.path))
        yield replaced.NOTICE

    def folder_of(self, edit_id: str) -> Path:
        """The folder of an edit, by its id."""
        return self._folders[edit_id]

    def homes(self) -> list[tuple[str, Path]]:
        """The id and the folder of each edit, by id."""
        return sorted(self._folders.items())

    def sources(self) -> list[RuleSource]:
        """The files of the values and their types."""
        policy_id = self.about.id
        notice = RuleSource(
            replaced.FILE,
            replaced.Rules,
            policy_id,
            replaced.NOTICE.id,
            section=f"{policy_id} (notice)",
            always_enforced=NOT_PAID_TWICE,
        )
        return [
            *(
                RuleSource(self.folder_of(e.id) / FILE, e.rules, policy_id, e.id)
                for e in self.edits
                if e is not replaced.NOTICE
            ),
            notice,
        ]

    def _digest(self) -> str:
        digest = hashlib.sha256()
        folders = sorted(self._folders.values())
        for file in (self.path / FILE, *(folder / FILE for folder in folders)):
            text = YamlSource(file).text
            digest.update(f"{file.relative_to(self.path)}\0{len(text)}\0{text}".encode())
        return digest.hexdigest()


def policy_id_in(folder: Path) -> str | None:
    """The id of the policy in a folder of own edits; None if it has no policy.yaml yet.

    Raises PolicyError.
    """
    if not (folder / FILE).exists():
        return None
    source = YamlSource(folder / FILE)
    return source.validate(PolicyFile, source.root, ()).id


def listed(folder: Path) -> list[Path]:
    """What is in a folder of own edits, by name. Raises PolicyError."""
    if folder.is_file():
        raise PolicyError("is a file: name the folder of your edits", str(folder))
    if not folder.is_dir():
        raise PolicyError("there is no such folder", str(folder))
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", str(folder)) from None
    found = [x for x in found if not x.name.startswith(".") and x.name not in _NOT_OURS]
    for each in found:
        if each.suffix == ".py":
            raise PolicyError("edits of a plan are YAML alone, and no Python is run", str(each))
        if each.is_symlink() and not each.exists():
            raise PolicyError("is a link that leads nowhere", str(each))
    return found


def edit_folders(folder: Path) -> Iterator[Path]:
    """The folder of each edit. Raises PolicyError for one without a policy.yaml."""
    for each in listed(folder):
        if not each.is_dir():
            if each.suffix in _YAML and each.name != FILE:
                problem = f"is not read: an edit is a folder of its own with a {FILE}"
                raise PolicyError(problem, str(each))
            continue
        listed(each)
        if not (each / FILE).is_file():
            raise PolicyError("is missing: each folder here is an edit", str(each / FILE))
        yield each
