"""Files beside others in which nothing can be read: each is named, and the others are read."""

import os
from pathlib import Path

import pytest

from tests.impact.trials import overlay, piece
from tests.x12.reads import professional
from tests.x12.samples import isa, office
from tests.x12.test_convert import NEEDED, claim_ids, stream_edits

NO_SET = "not an X12 file that can be used: it has no transaction set (ST)"
NO_HEADER = "not an X12 file: it does not start with a whole ISA segment"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Two good files, and between them an acknowledgement and a file that was cut off."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.837").write_text(professional(office("A")))
    (folder / "b.837").write_text(isa() + "TA1*000000021*250310*0615*A*000~\nIEA*0*000000009~\n")
    (folder / "c.837").write_text(isa()[:60])
    (folder / "d.837").write_text(professional(office("D")))
    return folder


@pytest.mark.parametrize(("command", "code"), [("adjudicate", 3), ("convert", 2)])
def test_the_other_files_are_read(command: str, code: int, inbox: Path) -> None:
    done = stream_edits(command, inbox, *NEEDED)
    assert (done.returncode, claim_ids(done)) == (code, ["ACCOUNTA", "ACCOUNTD"])
    said = done.stderr.decode().splitlines()
    assert said[:2] == [f"{inbox / 'b.837'}: {NO_SET}", f"{inbox / 'c.837'}: {NO_HEADER}"]
    assert said[2] == "files: 4; transactions: 2; claims: 2; refused: 0"


def test_they_are_counted_and_none_is_called_empty(inbox: Path) -> None:
    said = stream_edits("adjudicate", inbox, *NEEDED).stderr.decode()
    assert "read 2 claims and reviews, " in said
    assert ", 0 refused, 2 files not read, " in said
    assert "no claims or reviews in it" not in said
    ended = stream_edits("adjudicate", inbox, *NEEDED, "--max-errors", "1")
    assert (ended.returncode, claim_ids(ended)) == (3, ["ACCOUNTA"])
    assert b"stopped after 1 that is not valid" in ended.stderr


@pytest.mark.parametrize(("command", "code"), [("adjudicate", 3), ("convert", 2)])
def test_what_is_no_file_in_a_folder_is_named(command: str, code: int, inbox: Path) -> None:
    for name in ("b.837", "c.837"):
        (inbox / name).unlink()
    (inbox / "e.837").symlink_to(inbox / "gone")
    (inbox.parent / "elsewhere").write_text(professional(office("F")))
    (inbox / "f.837").symlink_to(inbox.parent / "elsewhere")
    (inbox / ".hidden").symlink_to(inbox / "gone")
    os.mkfifo(inbox / "pipe")
    done = stream_edits(command, inbox, *NEEDED)
    assert (done.returncode, claim_ids(done)) == (code, ["ACCOUNTA", "ACCOUNTD", "ACCOUNTF"])
    said = done.stderr.decode().splitlines()
    assert said[:2] == [
        f"{inbox / 'e.837'} cannot be read: a link to nothing",
        f"{inbox / 'pipe'} cannot be read: not a regular file",
    ]
    assert said[2].startswith("files: 3; ")


def test_explain_and_impact_go_on_as_well(inbox: Path, tmp_path: Path) -> None:
    told = stream_edits("explain", "ACCOUNTD", "--file", inbox, *NEEDED)
    stricter = overlay(tmp_path, [piece("units-over-maximum", "maximum_units", {"96366": 1})])
    measured = stream_edits("policy", "impact", "--overlay", stricter, inbox, *NEEDED)
    for done in (told, measured):
        assert done.returncode == 3
        assert f"{inbox / 'b.837'}: {NO_SET}" in done.stderr.decode()
        assert done.stdout


@pytest.mark.parametrize("name", ["b.837", "c.837"])
def test_a_file_alone_is_named_too(name: str, inbox: Path) -> None:
    done = stream_edits("adjudicate", inbox / name, *NEEDED)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode().startswith(f"{inbox / name}: not an X12 file")
