"""`policy new` and `policy cases` on the command line: what they write, print and exit with."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli.root import cli
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.policies.shapes.known import SHAPES
from tests.build import claim, line


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STREAM_EDITS_EDITS", raising=False)
    return tmp_path


def typed(*words: str, edits: str | None = None) -> Result:
    return CliRunner().invoke(cli, words, env={"STREAM_EDITS_EDITS": edits})


def written(edit: str = "own-edit", shape: str = "required_document", **options: str) -> Result:
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    return typed("policy", "new", edit, "--shape", shape, *given)


def test_new_writes_a_folder_whose_cases_hold(here: Path) -> None:
    done = written()
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "edits/own_edit/policy.yaml",
        "edits/own_edit/cases.yaml",
        "edits/policy.yaml",
    ]
    ran = typed("policy", "cases")
    assert (ran.exit_code, ran.stdout.splitlines()[-1]) == (0, "5 cases hold")


# That of not_together has a code that no table knows, as plans' own edits may.
@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"not_together"}))
def test_what_new_writes_has_no_warning(here: Path, shape: str) -> None:
    written(shape=shape)
    done = typed("policy", "check", "--strict", edits="edits")
    assert (done.exit_code, "warning" in done.output) == (0, False), done.output


def test_the_folder_of_the_settings_is_the_default(here: Path) -> None:
    words = ("policy", "new", "own-edit", "--shape", "not_together")
    assert typed(*words, edits="plan/mine").exit_code == 0
    assert (here / "plan" / "mine" / "own_edit" / "cases.yaml").is_file()
    assert typed("policy", "cases", edits="plan/mine").exit_code == 0
    assert typed("policy", "cases", "plan/mine/own_edit").exit_code == 0


def test_a_second_edit_takes_the_policy_that_is_there(here: Path) -> None:
    written(policy="OURS")
    assert written("another-edit", "maximum_units").stdout.count("\n") == 2
    assert "section: OURS 1" in (here / "edits/another_edit/policy.yaml").read_text("utf-8")
    refused = written("third-edit", policy="THEIRS")
    assert refused.exit_code == 2
    assert "edits/policy.yaml: has the policy OURS, not THEIRS" in refused.stderr


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ("own-edit", "edits/own_edit: is there already"),
        ("Own_Edit", "Own_Edit: an id has lower-case letters, digits and single hyphens"),
        ("../own", "an id has lower-case letters"),
        ("x" * 65, "at most 64 characters"),
        ("units-over-maximum", "6.21-P has this edit: yours needs another id"),
    ],
)
def test_an_edit_that_cannot_be_written_is_refused(here: Path, edit: str, message: str) -> None:
    written()
    before = sorted(here.rglob("*"))
    refused = written(edit)
    assert refused.exit_code == 2
    assert message in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert sorted(here.rglob("*")) == before


def test_a_bad_policy_id_writes_nothing(here: Path) -> None:
    for policy_id, message in (
        ("a b", "is not an id of a policy"),
        ("6.21-P", "is a packaged policy"),
    ):
        refused = written(policy=policy_id)
        assert refused.exit_code == 2
        assert message in refused.stderr
    assert not (here / "edits").exists()


def test_an_unknown_shape_is_refused() -> None:
    assert written(shape="need").exit_code == 2


def test_a_case_that_fails_says_what_it_expected_and_found(here: Path) -> None:
    written()
    file = here / "edits/own_edit/cases.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("hits: {1: PEND}, asks: {1: [invoice]}", "hits: {}"), "utf-8")
    ran = typed("policy", "cases")
    assert ran.exit_code == 1
    assert ran.stdout.splitlines()[:2] == [
        "FAILED  own-edit: a line without the document is held, and the document asked for",
        "        A revision 1: expected hits {}, found {1: PEND}",
    ]
    assert ran.stdout.splitlines()[-1] == "1 of 5 cases failed"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("asks:", "wants:", "cases.yaml:6: 0.expect.0.wants: is not a key known here"),
        ("claim: A, lines", "lines", "cases.yaml:4: 0.events.0: claim is missing"),
        ('lines: [{code: "J1745"}]', "lines: J1745", "cases.yaml:4: 0.events.0: is not a claim"),
        ('{code: "J1745"}]}\n  expect', '{codes: "J1745"}]}\n  expect', "cases.yaml:4: 0.events.0"),
        ("      codes:\n", "      coding:\n", "0: coding: is not a value of own-edit"),
        ("hits: {1: PEND}, asks", "hits: {1: HOLD}, asks", "cases.yaml:6: 0.expect.0.hits.1:"),
        ("  section:", "  with: [no-edit]\n  section:", "with: there is no edit no-edit here"),
    ],
)
def test_a_bad_case_is_one_line(here: Path, before: str, after: str, message: str) -> None:
    written()
    file = here / "edits/own_edit/cases.yaml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    ran = typed("policy", "cases")
    assert ran.exit_code == 2, ran.stdout
    assert message.removeprefix("0: ") in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_no_cases_and_no_folder_are_errors(here: Path) -> None:
    missing = typed("policy", "cases")
    assert missing.exit_code == 2
    assert missing.stderr == "stream-edits: edits: there is no such folder\n"
    written()
    (here / "edits/own_edit/cases.yaml").unlink()
    assert "edits/own_edit/cases.yaml: is missing" in typed("policy", "cases").stderr


def test_every_command_uses_the_folder_and_refuses_a_bad_one(here: Path) -> None:
    written()
    (here / "claims.jsonl").write_text(claim_to_json(claim("A", line("J1745"))), "utf-8")
    decided = typed("adjudicate", "claims.jsonl", edits="edits")
    assert '"policy_id":"6.21-P;PLAN-1"' in decided.stdout.replace(": ", ":")
    shown = typed("policy", "show", "own-edit", edits="edits")
    assert "Shape: required_document" in shown.stdout
    (here / "edits/own_edit/policy.yaml").write_text("id: x\n", encoding="utf-8")
    for words in (("adjudicate", "claims.jsonl"), ("policy", "show", "own-edit"), ("run",)):
        refused = typed(*words, edits="edits")
        assert refused.exit_code == 2, words
        assert "stream-edits: edits/own_edit/policy.yaml:1: " in refused.stderr
        assert refused.stderr.count("\n") == 1
