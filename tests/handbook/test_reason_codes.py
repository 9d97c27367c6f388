"""Reason codes must be current on the X12 lists, in every revision and overlay."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stream_edits.domain.decision import Disposition
from stream_edits.handbook.entry import all_entries
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.values.reason_codes import (
    codes_of,
    outcomes_in,
    reason_codes,
    reason_problem,
)
from stream_edits.policies.values.rules import Outcome
from stream_edits.policies.values.x12_codes import Kind, group_code, x12_codes

TODAY = date(2024, 12, 3)


def outcome(carc: str | None, *rarcs: str) -> Outcome:
    return Outcome(disposition=Disposition.PEND, carc=carc, rarcs=rarcs)


def test_every_shipped_outcome_uses_current_reason_codes() -> None:
    used = [
        (entry.id, *found) for entry in all_entries(load_policies()) for found in entry.outcomes()
    ]
    assert len(used) > 30
    assert [x for x in used if reason_problem(x[3], x[2])] == []
    assert {code for x in used for code in codes_of(x[3])} <= set(reason_codes())


@pytest.mark.parametrize(
    ("given", "day", "problem"),
    [
        (outcome("252", "N706"), TODAY, None),
        (outcome(None), TODAY, None),
        (outcome("18"), TODAY, None),
        (outcome("999", "N706"), TODAY, "CARC 999 is not on the X12 list"),
        (outcome("252", "N9999"), TODAY, "RARC N9999 is not on the X12 list"),
        (outcome("N706"), TODAY, "CARC N706 is not on the X12 list"),
        (outcome("125", "M76"), date(2013, 11, 1), "CARC 125 is deactivated on the X12 list"),
        (outcome("125", "M76"), date(2013, 11, 2), "from 1995-01-01 to 2013-11-01"),
        (outcome("272", "N130"), date(2015, 11, 1), None),
        (outcome("272", "N130"), date(2015, 10, 31), "in force from 2015-11-01 on"),
        (outcome("252"), TODAY, "CARC 252 needs a RARC"),
        (outcome("16"), TODAY, "CARC 16 needs a RARC"),
        (outcome("16", "M70"), TODAY, "more than an alert"),
        (outcome("16", "M70", "M76"), TODAY, None),
        (outcome("1"), TODAY, None),
        (outcome("16", "N703"), TODAY, None),
        (outcome("D23", "M76"), TODAY, "CARC D23 is deactivated on the X12 list of 2026-08-17"),
        (outcome("18", "M16"), TODAY, None),
        (outcome("226", "M16"), TODAY, "more than an alert"),
        (outcome("P1"), TODAY, "CARC P1 is for property and casualty claims only"),
        (outcome("238"), TODAY, "CARC 238 may only be used with group PR"),
        (outcome("45"), TODAY, None),
    ],
)
def test_the_rules_for_reason_codes(given: Outcome, day: date, problem: str | None) -> None:
    found = reason_problem(given, day)
    assert found == problem or (problem is not None and found is not None and problem in found)


@pytest.mark.parametrize("carc", ["16", "96", "226", "234", "250", "251", "252", "A1"])
def test_these_need_a_remark_code(carc: str) -> None:
    assert x12_codes()[Kind.CARC, carc].needs_rarc


@pytest.mark.parametrize(
    ("carc", "group"),
    [("18", "OA"), ("133", "OA"), ("16", "CO"), ("45", "CO"), ("278", "CO"), (None, None)],
)
def test_the_group_of_a_finding_follows_the_list(carc: str | None, group: str | None) -> None:
    assert group_code(carc) == group


def test_the_list_is_whole_and_valid() -> None:
    listed = x12_codes().values()
    assert len([x for x in listed if x.kind is Kind.CARC]) == 407
    assert len([x for x in listed if x.kind is Kind.RARC]) == 1216
    for code in listed:
        assert code.kind is Kind.CARC or not (code.needs_rarc or code.groups), code
        assert code.kind is Kind.RARC or not code.alert, code


def test_the_dates_agree_with_the_list() -> None:
    for key, reason in reason_codes().items():
        assert reason.meaning.endswith("."), reason
        assert reason.effective is None or reason.ended is None or reason.effective < reason.ended
        assert x12_codes()[key].current == (reason.ended is None), reason


def test_outcomes_are_found_at_any_depth() -> None:
    one, other = outcome("18"), outcome("97", "N19")
    value: Mapping[str, Any] = {"a": [1, {"b": one}], "c": other, "d": "x"}
    assert list(outcomes_in(value)) == [(("a", 1, "b"), one), (("c",), other)]


OVERLAY = """\
edits:
  duplicate-service:
    duplicate:
      {day}:
        reference: a memo
        value: {{disposition: DENY, carc: "{carc}"}}
"""


@pytest.mark.parametrize(
    ("carc", "day", "problem"),
    [
        ("125", "2025-01-01", "CARC 125 is not in force on 2025-01-01"),
        ("999", "2025-01-01", "CARC 999 is not on the X12 list"),
        ("96", "2025-01-01", "CARC 96 needs a RARC"),
    ],
)
def test_reason_codes_in_an_overlay_are_checked(
    carc: str, day: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(OVERLAY.format(carc=carc, day=day), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policies(file)
    assert str(refused.value).startswith(f"{file}:6: edits.duplicate-service.duplicate.{day}.value")
    assert problem in str(refused.value)


def test_an_overlay_with_codes_in_force_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(OVERLAY.format(carc="97", day="2025-01-01"), encoding="utf-8")
    assert len(load_policies(file).all[0].revisions) == 2
