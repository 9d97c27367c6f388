"""Whoever adds an edit and forgets a file gets one line that names it.

The edit is that of docs/adding-an-edit.md, in a copy of the policy without its other edits.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream_edits.cli.docs import docs as commands
from stream_edits.handbook.coverage import FILE, coverage
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import PolicyFolder, load_policies
from tests.documents.citations import ROOT
from tests.documents.guide import EDIT, blocks
from tests.policies import completeness
from tests.policies.cases import read_cases, read_journeys
from tests.policies.policies import FOLDER

NAME = EDIT.replace("-", "_")
COVERAGE = f"""
codes: x
citations: x
definitions: x
paragraphs:
- paragraph: IV.A.2
  sentences:
  - {{text: Applicable codes should be used., edits: [already-replaced, {EDIT}]}}
"""
_numbers = count(1)


class Copy:
    """The policy with its notice and the guide's edit, as a package of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / f"policy_{next(_numbers)}"
        self.root.mkdir()
        for name in ("policy.yaml", FOLDER.about.text.name):
            shutil.copy(FOLDER.path / name, self.root)
        (self.root / FILE).write_text(COVERAGE, encoding="utf-8")
        shutil.copytree(FOLDER.folder_of("already-replaced"), self.root / "already_replaced")
        (self.root / NAME).mkdir()
        (self.root / NAME / "__init__.py").touch()
        (self.root / "journeys").mkdir()
        here = FOLDER.path.relative_to(ROOT)
        for block in blocks():
            if block.verb == "write":
                file = self.root / Path(block.file).relative_to(here)
                file.write_text(block.text, encoding="utf-8")

    def load(self) -> None:
        """Load the policy. Raises PolicyError."""
        load_policies(folders=[PolicyFolder(self.root, self.root.name)])

    def problems(self) -> Iterator[str]:
        """What loading and the checks find, each in one line."""
        try:
            self.load()
        except PolicyError as refused:
            yield str(refused)
            return
        yield from completeness.case_problems(self.root / NAME)
        journeys = self.root / "journeys"
        yield from completeness.journey_problems(EDIT, read_journeys(journeys), journeys)
        file, edit_ids = self.root / FILE, {EDIT, "already-replaced"}
        yield from completeness.coverage_problems(coverage(file), file, edit_ids)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    monkeypatch.syspath_prepend(tmp_path)
    return Copy(tmp_path)


def test_the_whole_edit_has_no_problem(copy: Copy) -> None:
    assert list(copy.problems()) == []
    assert len(read_cases(copy.root / NAME)) == 3


Mistake = Callable[[Path], None]


def gone(name: str) -> Mistake:
    """A file was not written."""
    return lambda root: (root / name).unlink()


def instead(name: str, before: str, after: str) -> Mistake:
    """A file has something else."""

    def make(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert before in text
        (root / name).write_text(text.replace(before, after), encoding="utf-8")

    return make


def only_cases(*places: int) -> Mistake:
    """Only some of the cases were written."""

    def make(root: Path) -> None:
        file = root / NAME / "cases.yaml"
        cases = re.split(r"\n(?=- name)", file.read_text(encoding="utf-8"))
        file.write_text("\n".join(cases[place] for place in places), encoding="utf-8")

    return make


def without_value(root: Path) -> None:
    file = root / NAME / "policy.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"  side_modifiers:\n(    .*\n)+", "", text), encoding="utf-8")


FORGOTTEN: dict[str, tuple[Mistake, str]] = {
    "the package": (gone(f"{NAME}/__init__.py"), f"{NAME}/__init__.py: is missing: write it"),
    "the code": (gone(f"{NAME}/edit.py"), f"{NAME}/edit.py: is missing: write it"),
    "the values": (gone(f"{NAME}/policy.yaml"), f"{NAME}/policy.yaml: is missing: write it"),
    "the cases": (gone(f"{NAME}/cases.yaml"), f"{NAME}/cases.yaml: is missing: write it"),
    "the name EDIT": (
        instead(f"{NAME}/edit.py", "EDIT =", "RULE ="),
        f"{NAME}/edit.py: should define EDIT, an edit of policies/edit_types.py",
    ),
    "an edit under that name": (
        instead(f"{NAME}/edit.py", "EDIT = LineEdit(", "EDIT = tuple(("),
        f"{NAME}/edit.py:N: cannot be imported: SyntaxError: invalid syntax",
    ),
    "a right import": (
        instead(f"{NAME}/edit.py", "import LineEdit", "import LinesEdit"),
        f"{NAME}/edit.py:N: cannot be imported: ImportError: cannot import name 'LinesEdit'",
    ),
    "a name that exists": (
        instead(f"{NAME}/edit.py", "codes: ProcedureCodes", "codes: Procedures"),
        f"{NAME}/edit.py:N: cannot be imported: NameError: name 'Procedures' is not defined",
    ),
    "the folder's name in the code": (
        instead(f"{NAME}/edit.py", '"side-mod', '"body-side-mod'),
        f"{NAME}/edit.py: EDIT has the id body-{EDIT}, but its folder is {NAME}: rename one",
    ),
    "the edit's id in the values": (
        instead(f"{NAME}/policy.yaml", "id: side", "id: body-side"),
        f"{NAME}/policy.yaml:N: id: should be {EDIT}, as in edit.py",
    ),
    "the policy in the section": (
        instead(f"{NAME}/policy.yaml", "section: 6.21-P", "section: 6.21"),
        f"{NAME}/policy.yaml:N: section: should begin with the policy: 6.21-P",
    ),
    "a value": (
        without_value,
        f"{NAME}/policy.yaml:N: values: side_modifiers is missing: write it with a date",
    ),
    "a field for a value": (
        instead(f"{NAME}/edit.py", "    side_modifiers: Modifiers\n", ""),
        f"{NAME}/policy.yaml:N: values.side_modifiers: is not a value of {EDIT}; it has codes",
    ),
    "whose move a pended claim is": (
        instead(f"{NAME}/edit.py", ", waits_for=WaitsFor.PROVIDER", ""),
        f"{NAME}/edit.py:N: cannot be imported: TypeError: LineEdit.__init__() missing 1 required "
        "keyword-only argument: 'waits_for'",
    ),
    "somebody whose move a pended claim is": (
        instead(f"{NAME}/edit.py", "WaitsFor.PROVIDER", "WaitsFor.NONE"),
        f"{NAME}/edit.py: waits_for says whose move a PEND is, so it is not NONE",
    ),
    "a case with a finding": (
        only_cases(1),
        f"{NAME}/cases.yaml: no case has a finding of this edit: add one",
    ),
    "a case without a finding": (
        only_cases(0),
        f"{NAME}/cases.yaml: no case has a claim without a finding (hits: {{}}): add one",
    ),
    "a case with an effective date": (
        only_cases(0, 1),
        f"{NAME}/cases.yaml: no case has an overlay: show both sides of a date",
    ),
    "the day before it": (
        instead(f"{NAME}/cases.yaml", "date: 2025-06-30", "date: 2025-07-02"),
        f"{NAME}/cases.yaml: no case has a service before 2025-07-01, the date of its overlay",
    ),
    "the day itself": (
        instead(f"{NAME}/cases.yaml", "date: 2025-07-01", "date: 2025-06-29"),
        f"{NAME}/cases.yaml: no case has a service on or after 2025-07-01, the date of its",
    ),
    "a journey": (
        gone("journeys/modifiers.yaml"),
        f"journeys/: no journey has a finding of {EDIT}: add one to a file there",
    ),
    "the coverage": (
        instead(FILE, f", {EDIT}", ""),
        f"{FILE}: names {EDIT} nowhere: add it to the edits of its sentence",
    ),
}


@pytest.mark.parametrize("forgotten", FORGOTTEN)
def test_what_is_forgotten_is_named_in_one_line(copy: Copy, forgotten: str) -> None:
    mistake, problem = FORGOTTEN[forgotten]
    mistake(copy.root)
    found = list(copy.problems())
    shown = [re.sub(r":\d+:", ":N:", each.removeprefix(f"{copy.root}/")) for each in found]
    assert any(each.startswith(problem) for each in shown), found
    assert all("\n" not in each for each in found)


def test_a_citation_that_is_not_in_the_policy_is_quoted(copy: Copy) -> None:
    file = copy.root / NAME / "policy.yaml"
    text = "Modifiers must be used. (IV.B.3: Hydration is never last.)"
    (one, other) = completeness.citation_problems(file, text, FOLDER.about.text)
    assert one.startswith(f'{file}: text: "Modifiers must be used" is not in text.txt')
    assert other.startswith(f'{file}: text: "Hydration is never last." is not in text.txt')


def test_a_specification_without_the_edit_is_named() -> None:
    spec = ROOT / "docs" / "spec" / "edits.md"
    edit = replace(FOLDER.edits[-1], id="further-edit")
    missing = "docs/spec/edits.md: Supervision does not list further-edit: add it"
    assert missing in completeness.listing_problems(spec, [*FOLDER.edits, edit])
    wrong = f"Supervision lists {FOLDER.edits[-1].id}, not an edit of this group"
    problems = completeness.listing_problems(spec, FOLDER.edits[:-1])
    assert f"docs/spec/edits.md: {wrong}: remove it" in problems


def test_a_stale_index_names_its_command(tmp_path: Path) -> None:
    (tmp_path / "edits.md").write_text("old", encoding="utf-8")
    index = ["edits", "--check", "--output", str(tmp_path / "edits.md")]
    run = CliRunner().invoke(commands, index)
    assert run.output == (
        f"{tmp_path}/edits.md is stale; write it with `stream-edits docs edits`\n"
    )
