"""Whoever mistypes something in an overlay is told where, and how to put it right."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stream_edits.cli.root import cli

ONE_LINE = "edits:\n  {edit}:\n    {name}:\n      {day}: {{reference: a memo, value: {value}}}\n"
MAXIMUM = {
    "edit": "units-over-maximum",
    "name": "maximum_units",
    "day": "2026-01-01",
    "value": '{"96361": 6}',
}
EXCESS = {**MAXIMUM, "name": "excess"}
PLACES = {**MAXIMUM, "edit": "place-of-service-not-allowed", "name": "places"}

# What is written, the line, and what helps.
TYPOS: dict[str, tuple[dict[str, str], int, str]] = {
    "the edit": (
        {**MAXIMUM, "edit": "unit-over-maximum"},
        2,
        "there is no such edit; did you mean units-over-maximum?",
    ),
    "the value": (
        {**MAXIMUM, "name": "maximum_unit"},
        3,
        "is not a value of units-over-maximum; it has excess, exclusions, further_codes, maximum",
    ),
    "the value, with what was meant": (
        {**MAXIMUM, "name": "maximum_unit"},
        3,
        "did you mean maximum_units?",
    ),
    "a code to remove": (
        {**MAXIMUM, "value": '{remove: ["96316"]}'},
        4,
        '"96316" is not there; did you mean "96361"?',
    ),
    "a code in a list": (
        {**PLACES, "name": "codes", "value": '{add: ["9636l"]}'},
        4,
        '"9636l" is not a procedure code: write five digits and capital letters',
    ),
    "a code without quotation marks": (
        {**PLACES, "value": "{add: [19]}"},
        4,
        "write codes in quotation marks",
    ),
    "the date": ({**MAXIMUM, "day": "2026-13-01"}, 4, "2026-13-01 is not a date"),
    "a date in quotation marks": ({**MAXIMUM, "day": '"2026-13-01"'}, 4, "is not a date"),
    "the disposition": (
        {**EXCESS, "value": "{disposition: DENIED}"},
        4,
        "should be PASS, PEND or DENY, not DENIED; did you mean DENY?",
    ),
    "the key of an outcome": (
        {**EXCESS, "value": "{dispositon: PEND}"},
        4,
        "dispositon: is not a key known here; did you mean disposition?",
    ),
    "the CARC": (
        {**EXCESS, "value": '{carc: "1511"}'},
        4,
        'CARC 1511 is not on the X12 list of 2026-08-17; did you mean "151"?',
    ),
    "a CARC without quotation marks": (
        {**EXCESS, "value": "{carc: 151}"},
        4,
        'carc: should be text, not 151; write it in quotation marks: "151"',
    ),
    "a RARC": (
        {**EXCESS, "value": '{rarcs: ["N4533"]}'},
        4,
        "RARC N4533 is not on the X12 list of 2026-08-17; did you mean",
    ),
    "a number": (
        {**MAXIMUM, "value": '{"96361": six}'},
        4,
        "96361: should be a number, not six",
    ),
    "a list that might add or replace": (
        {**PLACES, "value": '["19"]'},
        4,
        'To add to it, write {add: ["19"]}',
    ),
    "a key of a record": (
        {
            **MAXIMUM,
            "edit": "documented-time-too-short",
            "name": "minutes_needed",
            "value": '{"96360": {at_laest: 45}}',
        },
        4,
        "at_laest: is not a key known here; did you mean at_least?",
    ),
    "two bounds by a merge": (
        {
            **MAXIMUM,
            "edit": "documented-time-too-short",
            "name": "minutes_needed",
            "value": '{"96360": {more_than: 45}}',
        },
        4,
        "give either at_least or more_than. With what is in force it is {at_least: 31, "
        "more_than: 45}: give at_least too, or take it out with remove: [at_least]",
    ),
    "a blank code": (
        {**MAXIMUM, "value": '{"": 2}'},
        4,
        '"" is not a code: it is empty, or has a space at an end',
    ),
    "a code with a blank": (
        {**MAXIMUM, "value": '{"96361 ": 2}'},
        4,
        '"96361 " is not a code: it is empty, or has a space at an end',
    ),
    "a limit that no claim reaches": (
        {**MAXIMUM, "value": '{"96361": 1.0e10}'},
        4,
        "should be less than or equal to 1000000",
    ),
    "a code that no administration has": (
        {
            **MAXIMUM,
            "edit": "vocabulary",
            "name": "add_on_form",
            "value": '{"96365": "99999"}',
        },
        4,
        "no administration code: 99999",
    ),
}


@pytest.mark.parametrize(("written", "line", "help_text"), TYPOS.values(), ids=TYPOS)
def test_a_typo_is_told_in_one_line(
    written: dict[str, str], line: int, help_text: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(ONE_LINE.format(**written), encoding="utf-8")
    result = CliRunner().invoke(cli, ["policy", "check", str(file)])
    assert result.exit_code == 2
    assert result.output.startswith(f"stream-edits: {file}:{line}: ")
    assert help_text in result.output
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    ("was", "becomes", "line", "help_text"),
    [
        (
            "reference:",
            "refrence:",
            5,
            "refrence: is not a key known here; did you mean reference?",
        ),
        ("replace:", "repalce:", 6, "repalce: is not a key known here; did you mean replace?"),
        ("edits:", "edit:", 1, "edit: is not a key known here; did you mean edits?"),
        ("reference: a memo", "source: a memo", 5, "the keys are value, reference, replace"),
        ('- "19"', "- '1g'", 9, '"1g" is not a place of service'),
    ],
)
def test_a_misspelt_key_is_told_with_what_was_meant(
    was: str, becomes: str, line: int, help_text: str, tmp_path: Path
) -> None:
    text = """\
edits:
  place-of-service-not-allowed:
    places:
      2026-01-01:
        reference: a memo
        replace: true
        value:
          - "11"
          - "19"
"""
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    assert CliRunner().invoke(cli, ["policy", "check", str(file)]).exit_code == 0
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    result = CliRunner().invoke(cli, ["policy", "check", str(file)])
    assert result.exit_code == 2
    assert result.output.startswith(f"stream-edits: {file}:{line}: ")
    assert help_text in result.output
