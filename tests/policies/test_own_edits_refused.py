"""A mistake in a folder of own edits stops the start with one line that names the file."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.khs_6_21_p.by_report_missing.edit import Rules
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.edit_file import RuleSource
from tests.policies.own import DOCUMENT, alone, changed
from tests.policies.policies import FOLDER


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def instead(name: str, before: str, after: str) -> Callable[[Path], None]:
    return lambda folder: changed(folder, name, before, after)


def linked(name: str, target: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).symlink_to(target)


def written(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).touch()


def emptied(folder: Path) -> None:
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (shutil.rmtree, r"^/\S+/edits: there is no such folder$"),
        (gone("policy.yaml"), r"/edits/policy\.yaml: is missing: it has the id"),
        (emptied, r"/edits: has no edit: `stream-edits policy new` writes one$"),
        (instead("policy.yaml", "KHS-OWN", '"6.21-P"'), r"policy\.yaml:2: id: 6\.21-P is a packag"),
        (instead("policy.yaml", "[MEDI_CAL]", "[MEDICAL]"), r"policy\.yaml:4: lines_of_business"),
        (instead("policy.yaml", "title:", "name:"), r"policy\.yaml:3: name: is not a key known"),
        (gone(DOCUMENT), r"own_required_document/policy\.yaml: is missing: each folder here"),
        (written("own_not_together/edit.py"), r"edit\.py: edits of a plan are YAML alone"),
        (written("setup.py"), r"setup\.py: edits of a plan are YAML alone"),
        (
            written("another_edit.yaml"),
            r"another_edit\.yaml: is not read: an edit is a folder of its",
        ),
        (linked("loop", "loop"), r"/loop: is a link that leads nowhere$"),
        (linked("again", "."), r"again/policy\.yaml:4: \S+: is not a key"),
        (linked("own_not_together/x", "gone"), r"/x: is a link that leads nowhere$"),
        (instead(DOCUMENT, "required_document", "need"), r"yaml:6: shape: there is no shape need;"),
        (instead(DOCUMENT, "shape: required_document\n", ""), r"yaml:1: names no shape: write"),
        (instead(DOCUMENT, "id: own-required", "id: own-other"), r"policy\.yaml:1: id: the id is"),
        (instead(DOCUMENT, "section: KHS-OWN 1", "section: 1 a"), r"yaml:3: section: should begin"),
        (instead(DOCUMENT, "section: KHS-OWN 1\n", ""), r"policy\.yaml:1: section: is missing"),
        (instead(DOCUMENT, "title: A", "title: ''  # A"), r"policy\.yaml:2: title"),
        (instead(DOCUMENT, '["J1745"]', '["J174S5"]'), r"policy\.yaml:11: .*not a procedure code"),
        (instead(DOCUMENT, '["J1745"]', "[J1745-J1750]"), r"policy\.yaml:11: .*is a range"),
        (instead(DOCUMENT, "requests: [invoice]", "requests: []"), r"yaml:15: .*name the documen"),
        (instead(DOCUMENT, '"M23"', '"M999"'), r"policy\.yaml:15: .*RARC M999 is not on the X12"),
        (
            instead(DOCUMENT, 'PEND, carc: "252"', 'DENY, carc: "50"'),
            r"policy\.yaml:15: .*CARC 50 denies a service as unnecessary, which only a person",
        ),
        (instead(DOCUMENT, "PEND", "HOLD"), r"policy\.yaml:15: \S+disposition: should be"),
        (instead(DOCUMENT, "  missing:", "  lacking:"), r"lacking: is not a value of own-req"),
        (instead(DOCUMENT, "shape:", "scope: day\nshape:"), r"yaml:6: scope: is not for required"),
        (instead(DOCUMENT, "shape:", "scope: week\nshape:"), r"yaml:6: scope: should be"),
        (instead(DOCUMENT, "shape:", "waits_for: NONE\nshape:"), r"yaml:6: waits_for: should be"),
        (
            instead(DOCUMENT, "shape:", "messages: {missing: 'no {claim} here'}\nshape:"),
            r"messages\.missing: \{claim\} is not known here; it may use \{code\}, \{documents\}",
        ),
        (
            instead(DOCUMENT, "shape:", "messages: {missing: '{code.__class__}'}\nshape:"),
            r"\{code\.__class__\} is not known here",
        ),
        (
            instead(DOCUMENT, "shape:", "messages: {missing: 'a { brace'}\nshape:"),
            r"messages\.missing: has a brace without its other one",
        ),
        (
            instead(DOCUMENT, "shape:", "messages: {lacking: x}\nshape:"),
            r"messages\.lacking: is not a message of required_document; its messages are missing",
        ),
        (
            instead("own_maximum_units/policy.yaml", '{"96367": 3}', '{"96367": 0}'),
            r"yaml:13: .*should be greater than 0",
        ),
        (
            instead("own_place_of_service/policy.yaml", "  place_denied:", "  other:"),
            r"other: is not a value of own-place-of-service",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_the_file(
    folder: Path, mistake: Callable[[Path], None], message: str
) -> None:
    mistake(folder)
    with pytest.raises(PolicyError, match=message) as refused:
        alone(folder)
    assert "\n" not in str(refused.value)


def test_an_id_of_a_packaged_edit_is_refused(folder: Path) -> None:
    home = folder / "units_over_maximum"
    (folder / "own_maximum_units").rename(home)
    changed(folder, "units_over_maximum/policy.yaml", "own-maximum-units", "units-over-maximum")
    message = r"policy\.yaml:1: id: 6\.21-P has an edit units-over-maximum: yours needs another id"
    with pytest.raises(PolicyError, match=message):
        alone(folder)


def test_python_in_a_folder_is_not_run(folder: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    code = f"open({str(seen)!r}, 'w').close()\n"
    (folder / "own_not_together" / "edit.py").write_text(code, encoding="utf-8")
    with pytest.raises(PolicyError, match="no Python is run"):
        alone(folder)
    assert not seen.exists()


def test_a_packaged_edit_has_a_shape_or_python(tmp_path: Path) -> None:
    """Keys of shapes on an edit with Python would say what nobody reads."""
    text = (FOLDER.folder_of("by-report-missing") / "policy.yaml").read_text(encoding="utf-8")
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace("values:", "shape: required_document\nvalues:"), "utf-8")
    with pytest.raises(PolicyError, match="shape: is for edits of YAML alone"):
        EditValues(RuleSource(file, Rules, "6.21-P"))
