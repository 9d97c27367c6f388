"""What is in force on a day: the shipped values of that day, with the plan's changes merged in."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.loading.overlay import lay_over
from stream_edits.policies.values.dated import EditValues
from tests.policies.policies import FOLDER

EDIT = "units-over-maximum"
SHIPPED = {"96361": 8, "96366": 8, "96370": 8, "96367": 3, "96375": 3, "X7700": 1}


class Plan:
    """A plan's overlay over an edit whose maximum the policy revises on 2026-01-01."""

    def __init__(self, folder: Path) -> None:
        (source,) = (each for each in FOLDER.sources() if each.edit_id == EDIT)
        self.shipped = folder / "policy.yaml"
        revised = (
            '    2026-01-01:\n      reference: 6.21-P\n      value: {"96361": 5, "96366": 8}\n'
        )
        text = source.path.read_text(encoding="utf-8")
        at = text.index("  sections:\n")
        self.shipped.write_text(text[:at] + revised + text[at:], encoding="utf-8")
        self.values = EditValues(source._replace(path=self.shipped))
        self.file = folder / "plan.yaml"

    def overlay(self, *dated: str, name: str = "maximum_units") -> None:
        """Lay changes over it, each as ``date: value``, with ``!`` in front to replace."""
        lines = ["edits:", f"  {EDIT}:", f"    {name}:"]
        for each in dated:
            day, _, value = each.removeprefix("!").partition(": ")
            lines += [f"      {day}:", "        reference: a memo", f"        value: {value}"]
            lines += ["        replace: true"] * each.startswith("!")
        self.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        lay_over([self.values], self.file)

    def on(self, day: str) -> Any:
        """The maximum on a day."""
        rules: Any = self.values.on(date.fromisoformat(day), "x")
        return rules.maximum_units


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path)


def test_a_change_of_one_limit_keeps_the_others(plan: Plan) -> None:
    plan.overlay('2025-01-01: {"96361": 6}')
    assert plan.on("2024-12-31") == SHIPPED
    assert plan.on("2025-01-01") == {**SHIPPED, "96361": 6}


def test_later_changes_build_on_earlier_ones(plan: Plan) -> None:
    plan.overlay('2025-06-01: {"96366": 4}', '2025-01-01: {"96361": 6}')
    assert plan.on("2025-05-31") == {**SHIPPED, "96361": 6}
    assert plan.on("2025-06-01") == {**SHIPPED, "96361": 6, "96366": 4}


def test_a_later_shipped_value_overrides_and_that_is_noted(plan: Plan) -> None:
    plan.overlay('2025-01-01: {"96361": 6}')
    assert plan.on("2026-01-01") == {"96361": 5, "96366": 8}
    (note,) = plan.values.notes
    assert note.startswith(f"{plan.file}:4: edits.{EDIT}.maximum_units.2025-01-01: holds until ")
    assert "holds until 2025-12-31 only: from 2026-01-01 on the shipped value holds" in note
    assert f"({plan.shipped}:" in note


@pytest.mark.parametrize(
    "dated",
    [
        ['2026-01-01: {"96361": 6}'],
        ['2026-06-01: {"96361": 6}'],
        ['2025-01-01: {"96361": 6}', '2026-01-01: {"96361": 6}'],
        ['2025-01-01: {"96361": 5}'],
        ['!2025-01-01: {"96361": 5, "96366": 8}'],
        ['2025-01-01: {remove: ["96370"]}'],
    ],
)
def test_a_change_that_the_later_shipped_value_keeps_is_not_noted(
    plan: Plan, dated: list[str]
) -> None:
    plan.overlay(*dated)
    assert plan.values.notes == ()


def test_a_change_on_the_day_of_a_shipped_value_merges_into_that(plan: Plan) -> None:
    plan.overlay('2026-01-01: {"96366": 6}')
    assert plan.on("2026-01-01") == {"96361": 5, "96366": 6}


def test_a_later_change_of_something_else_does_not_keep_the_earlier_one(plan: Plan) -> None:
    plan.overlay('2025-01-01: {"96361": 6}', '2026-01-01: {"96366": 6}')
    assert plan.on("2026-01-01") == {"96361": 5, "96366": 6}
    (note,) = plan.values.notes
    assert "2025-01-01: holds until 2025-12-31 only" in note


def test_a_change_before_the_first_date_merges_into_the_first_value(plan: Plan) -> None:
    plan.overlay('2020-01-01: {"96361": 6}')
    assert plan.on("2019-01-01") == plan.on("2024-12-02") == {**SHIPPED, "96361": 6}
    assert plan.on("2024-12-03") == SHIPPED
    assert "holds until 2024-12-02 only" in plan.values.notes[0]


def test_replace_takes_the_whole_value(plan: Plan) -> None:
    plan.overlay('!2025-01-01: {"96361": 6}')
    assert plan.on("2025-01-01") == {"96361": 6}


@pytest.mark.parametrize("value", ["2025-01-01: {}", '2025-01-01: {"96361": 8}'])
def test_a_change_that_changes_nothing_is_noted(plan: Plan, value: str) -> None:
    plan.overlay(value)
    assert plan.on("2025-01-01") == SHIPPED
    assert plan.values.notes[0].startswith(f"{plan.file}:6: edits.{EDIT}.maximum_units.")
    assert plan.values.notes[0].endswith("changes nothing: the value is already so")


def test_a_merged_outcome_is_checked_as_a_whole(plan: Plan) -> None:
    plan.overlay("2025-01-01: {disposition: PEND}", name="excess")
    rules: Any = plan.values.on(date(2025, 1, 1), "x")
    assert (rules.excess.disposition, rules.excess.carc) == ("PEND", "151")
    plan.overlay("2025-02-01: {disposition: DENY, carc: null}", name="excess")
    with pytest.raises(PolicyError, match=r"plan\.yaml:6: .*value: a DENY needs a CARC"):
        plan.values.on(date(2025, 2, 1), "x")


def test_codes_of_an_outcome_are_checked_after_the_merge(plan: Plan) -> None:
    plan.overlay('2025-01-01: {carc: "96", rarcs: []}', name="excess")
    with pytest.raises(PolicyError, match=r"plan\.yaml:6: .*CARC 96 needs a RARC"):
        plan.values.on(date(2025, 1, 1), "x")


def test_an_overlay_does_not_change_the_shipped_values(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(
        "edits:\n  units-over-maximum:\n    maximum_units:\n"
        '      2024-12-03: {reference: a memo, value: {"96361": 6}}\n',
        encoding="utf-8",
    )
    before = load_policies()["6.21-P"].values[EDIT].dated["maximum_units"]
    kept = {day: dict(each.value) for day, each in before.items()}
    own = load_policies(file)["6.21-P"].values[EDIT].dated["maximum_units"]
    assert [each.value["96361"] for each in own.values()] == [6]
    assert {day: each.value for day, each in before.items()} == kept


def test_shipped_values_cannot_replace(tmp_path: Path) -> None:
    (source,) = (each for each in FOLDER.sources() if each.edit_id == EDIT)
    text = source.path.read_text(encoding="utf-8")
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace("      value:", "      replace: true\n      value:", 1))
    with pytest.raises(PolicyError, match="replace: is not a key known here"):
        EditValues(source._replace(path=file))


@pytest.mark.parametrize("day", ["2024-12-02", "2020-01-01"])
def test_days_before_the_policy_have_all_values_of_its_first_day(tmp_path: Path, day: str) -> None:
    """An earlier day that an overlay names takes nothing from it, nor from any other edit."""
    file = tmp_path / "plan.yaml"
    file.write_text(
        f"edits:\n  {EDIT}:\n    mode:\n      {day}: {{reference: a memo, value: monitor}}\n",
        encoding="utf-8",
    )
    shipped, own = load_policies()["6.21-P"], load_policies(file)["6.21-P"]
    early, first = date.fromisoformat(day), date(2024, 12, 3)
    beside = {"version", "effective", "mode"}
    for edit_id, values in own.values.items():
        both = values.on(early, "x"), shipped.values[edit_id].on(first, "x")
        rules, expected = ({k: v for k, v in each if k not in beside} for each in both)
        assert rules == expected
    assert own.values[EDIT].on(early, "x").mode == "monitor"


def test_a_plan_changes_a_value_that_may_be_left_out_before_the_policy(tmp_path: Path) -> None:
    edit_id = "place-of-service-not-allowed"
    file = tmp_path / "plan.yaml"
    file.write_text(
        f"edits:\n  {edit_id}:\n    places:\n"
        '      2024-01-01: {reference: a memo, value: {add: ["19"]}}\n',
        encoding="utf-8",
    )
    values = load_policies(file)["6.21-P"].values[edit_id]
    early: Any = values.on(date(2024, 1, 1), "x")
    first: Any = values.on(date(2024, 12, 3), "x")
    assert early.places == first.places | {"19"}
    assert "19" not in first.places


def test_a_value_that_begins_later_than_the_file_has_its_default_before(tmp_path: Path) -> None:
    edit_id = "place-of-service-not-allowed"
    (source,) = (x for x in FOLDER.sources() if x.edit_id == edit_id)
    later = "  emergency_admission_types:\n    2024-12-03:"
    text = source.path.read_text(encoding="utf-8")
    assert later in text
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace(later, later.replace("2024-12-03", "2025-06-01")), "utf-8")
    values = EditValues(source._replace(path=file))
    early: Any = values.on(date(2024, 12, 3), "x")
    after: Any = values.on(date(2025, 6, 1), "x")
    assert (bool(early.emergency_admission_types), bool(after.emergency_admission_types)) == (
        False,
        True,
    )


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_date_may_be_in_quotation_marks(tmp_path: Path, quote: str) -> None:
    plan = Plan(tmp_path)
    plan.overlay(f'{quote}2025-06-01{quote}: {{"96361": 6}}')
    assert plan.on("2025-05-31")["96361"] == 8
    assert plan.on("2025-06-01")["96361"] == 6


def test_an_overlay_may_be_json(tmp_path: Path) -> None:
    dated = {"2025-06-01": {"reference": "a memo", "value": {"96361": 6}}}
    changes = {"edits": {EDIT: {"maximum_units": dated}}}
    for number, indent in enumerate((None, 1)):
        file = tmp_path / f"{number}.yaml"
        file.write_text(json.dumps(changes, indent=indent), encoding="utf-8")
        assert load_policies(file).all
    file.write_text(json.dumps(changes, separators=(",", ":")), encoding="utf-8")
    assert load_policies(file).all
    wrong = {"edits": {EDIT: {"maximum_units": {"2025-06-01": {"valu": 1}}}}}
    file.write_text(json.dumps(wrong, indent=1), encoding="utf-8")
    with pytest.raises(PolicyError, match=r":6: edits.*valu: is not a key known here"):
        load_policies(file)
