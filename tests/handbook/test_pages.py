"""`policy show` and `policy check` on the command line."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli.root import cli
from stream_edits.commands.new_edit import new
from stream_edits.policies.loading.catalog import load_policies

OVERLAY = """\
edits:
  place-of-service-not-allowed:
    places:
      2025-07-01:
        reference: Plan memo 12
        value: {add: ["19"]}
  units-over-maximum:
    maximum_units:
      2025-07-01:
        reference: Plan memo 12
        value: {"96361": 6, "X7702": 4, remove: ["96370"]}
    excess:
      2024-12-03:
        reference: Plan memo 12
        value: {disposition: PEND, carc: "151", rarcs: ["N435"]}
    review:
      2026-01-01:
        reference: Plan memo 12
        value: {disposition: PEND, carc: "151", rarcs: ["N362"]}
"""


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(OVERLAY, encoding="utf-8")
    return file


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(cli, ["policy", *arguments])


@pytest.mark.parametrize("edit", [*(e.id for e in load_policies()["6.21-P"].edits), "vocabulary"])
def test_every_edit_has_a_page_of_a_hundred_columns(edit: str) -> None:
    page = run("show", edit)
    assert page.exit_code == 0
    assert page.output.startswith(f"{edit}: ")
    assert max(map(len, page.output.splitlines())) <= 100


def test_a_page_is_complete() -> None:
    output = " ".join(run("show", "units-over-maximum").output.split())
    for part in (
        "6.21-P IV.B.5",
        "The policy says The maximum number of allowable units for CPT codes 96366 and 96370",
        "summed over the encounter, for each service date",
        "maximum_units 2024-12-03 96361: 8; 96366: 8; 96370: 8",
        "source: 6.21-P (rev. 2024-12-03) IV.B.3, IV.B.5 and Procedure Code Definitions, X7700",
        "excess (DENY · CARC 151 · RARC N435) CARC 151 The information does not support this many",
        "Golden cases (",
    ):
        assert part in output


@pytest.mark.parametrize("typed", ["units_over_maximum", " Units-Over-Maximum"])
def test_an_edit_is_found_with_any_spelling(typed: str) -> None:
    assert run("show", typed).output.startswith("units-over-maximum: ")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("units-over-maximun", "near it: units-over-maximum"),
        ("unit", "near it: units-over-maximum"),
        ("supervision", "simultaneous-supervision"),
        ("xyz", "there are: add-on-without-primary, "),
    ],
)
def test_the_error_for_an_unknown_edit_lists_similar_ids(typed: str, near: str) -> None:
    result = run("show", typed)
    assert result.exit_code == 2
    assert result.output.startswith(f"stream-edits: there is no edit '{typed}'; ")
    assert near in result.output
    assert result.output.count("\n") == 1


def test_a_page_shows_values_of_the_overlay(overlay: Path) -> None:
    page = run("show", "units-over-maximum", STREAM_EDITS_POLICY=str(overlay)).output
    assert "    2024-12-03  96361: 8; 96366: 8" in page
    assert "    2025-07-01 (overlay plan.yaml)  96361: 6; 96366: 8" in page


def test_a_check_has_a_summary_of_each_value(overlay: Path) -> None:
    result = run("check", str(overlay))
    assert result.exit_code == 0
    *changes, verdict = [x for x in result.output.splitlines() if x and not x.startswith(" ")]
    assert changes[:4] == [
        "place-of-service-not-allowed  places  2025-07-01  added 19",
        "units-over-maximum  maximum_units  2025-07-01  "
        "96361: 8 -> 6; 96370: 8 -> removed; X7702: added, 4",
        "units-over-maximum  excess  2024-12-03  "
        "DENY · CARC 151 · RARC N435 -> PEND · CARC 151 · RARC N435",
        "units-over-maximum  review  2026-01-01  PEND · CARC 151 · RARC N362 (unchanged)",
    ]
    assert all(each.startswith(f"warning: {overlay}:") for each in changes[4:])
    assert verdict.startswith(f"{overlay}: valid; policy versions 2024-12-03+")


def test_show_takes_an_overlay_and_gives_json(overlay: Path) -> None:
    arguments = ("units-over-maximum", "--overlay", str(overlay), "--format", "json")
    shown = json.loads(run("show", *arguments).output)
    assert (shown["id"], shown["section"]) == ("units-over-maximum", "6.21-P IV.B.5")
    own = [each for each in shown["values"] if each["overlay"]]
    assert [(x["name"], x["from"], x["reference"]) for x in own] == [
        ("maximum_units", "2025-07-01", "Plan memo 12"),
        ("excess", "2024-12-03", "Plan memo 12"),
        ("review", "2026-01-01", "Plan memo 12"),
    ]
    assert own[0]["value"]["96361"] == 6


def test_a_page_says_which_outcomes_cite_another_paragraph() -> None:
    text = run("show", "incomplete-claim-form").output
    assert "DENY · CARC 16 · RARC M51 · cites 6.21-P IV.A.2" in text
    assert "RARC M50 · cites" not in text


@pytest.mark.parametrize(
    ("was", "becomes", "line", "problem"),
    [
        ("reference: Plan memo 12", "reason: Plan memo 12", 5, "reason: is not a key"),
        ("    places:", "    place:", 3, "is not a value of"),
        ("  units-over-maximum:", "  unit-maximum:", 7, "there is no such edit"),
        ('"96361": 6', '"96361": -6', 11, "greater than 0"),
        ('"96361": 6', '"96361": 6, "96361": 7', 11, "given twice"),
        ("disposition: PEND", "disposition: PENDING", 15, "disposition"),
        ('"N435"', '"N999"', 15, "RARC N999 is not on the X12 list"),
    ],
)
def test_a_bad_overlay_is_refused_with_its_line(
    overlay: Path, was: str, becomes: str, line: int, problem: str
) -> None:
    overlay.write_text(OVERLAY.replace(was, becomes, 1), encoding="utf-8")
    result = run("check", str(overlay))
    assert result.exit_code == 2
    assert result.output.startswith(f"stream-edits: {overlay}:{line}: ")
    assert problem in result.output
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    ("edit", "looked_at"),
    [
        ("units-over-maximum", "the units of an encounter"),
        ("included-service", "the codes of all visits of a day"),
        ("duplicate-service", "the lines of all claims of a member's encounters"),
        ("place-of-service-not-allowed", "one line at a time"),
        ("simultaneous-supervision", "a supervisor's time, across members"),
    ],
)
def test_a_page_says_what_the_edit_looks_at(edit: str, looked_at: str) -> None:
    assert f"Looks at {looked_at}. " in " ".join(run("show", edit).output.split())


@pytest.mark.parametrize(
    ("shape", "scope", "looked_at"),
    [
        ("maximum_units", "day", "the units of all visits of a day"),
        ("maximum_units", "encounter", "the units of an encounter"),
        ("not_together", "day", "the incidental services of all visits of a day"),
        ("not_together", "encounter", "the incidental services of an encounter"),
    ],
)
def test_an_own_edit_looks_at_the_scope_that_it_declares(
    tmp_path: Path, shape: str, scope: str, looked_at: str
) -> None:
    new(tmp_path, "own-edit", shape, "KHS-OWN")
    file = tmp_path / "own_edit" / "policy.yaml"
    written = file.read_text(encoding="utf-8")
    declared = re.sub(r"^scope: \w+$", f"scope: {scope}", written, flags=re.MULTILINE)
    file.write_text(declared, encoding="utf-8")
    page = run("show", "own-edit", STREAM_EDITS_EDITS=str(tmp_path)).output
    assert f"Looks at {looked_at}. " in " ".join(page.split())
