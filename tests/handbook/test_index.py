"""docs/edits.md is the current index of the edits."""

from pathlib import Path

from click.testing import CliRunner

from stream_edits.cli import cli
from stream_edits.cli.docs import docs as commands
from stream_edits.handbook.entry import all_entries
from stream_edits.handbook.index import index
from stream_edits.policies.loading.catalog import load_policies

DOCS = Path(__file__).parents[2] / "docs" / "edits.md"


def test_the_committed_index_is_current() -> None:
    run = CliRunner().invoke(commands, ["edits", "--check", "--output", str(DOCS)])
    assert run.exit_code == 0, run.output


def test_check_reports_a_stale_or_missing_index_and_does_not_write_it(tmp_path: Path) -> None:
    file = tmp_path / "edits.md"
    check = ["edits", "--check", "--output", str(file)]
    run = CliRunner().invoke(commands, check)
    assert run.exit_code == 1
    assert "is missing" in run.output
    file.write_text(index(load_policies()) + "more\n", encoding="utf-8")
    run = CliRunner().invoke(commands, check)
    assert run.exit_code == 1
    assert "is stale" in run.output
    assert file.read_text(encoding="utf-8").endswith("more\n")


def test_it_is_written_to_the_given_file(tmp_path: Path) -> None:
    file = tmp_path / "edits.md"
    run = CliRunner().invoke(commands, ["edits", "--output", str(file)])
    assert run.exit_code == 0
    assert CliRunner().invoke(commands, ["edits", "--check", "--output", str(file)]).exit_code == 0


def test_an_error_names_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    nowhere = tmp_path / "absent" / "edits.md"
    run = CliRunner().invoke(cli, ["docs", "edits", "--output", str(nowhere)])
    assert run.exit_code == 2
    assert f"{nowhere}: No such file or directory" in run.output


def test_each_edit_has_its_row_numbers_and_cases() -> None:
    text = index(load_policies())
    for edit in load_policies()["6.21-P"].edits:
        assert f"| [{edit.id}](#{edit.id}) |" in text
        assert f"\n## {edit.id}\n" in text
    assert "`maximum_units` from 2024-12-03: 96361: 8; 96366: 8" in text
    assert "`longest_days` from 2024-12-03: 31" in text
    for entry in all_entries(load_policies()):
        assert all(f"  - {case.name} ({case.section})\n" in text for case in entry.cases)


def test_every_edit_has_a_description() -> None:
    assert [e.id for e in all_entries(load_policies()) if e.edit is not None and not e.does] == []
