"""Reason codes must be on the dated list and in force, in every revision and overlay."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stream_edits.domain.decision import Disposition
from stream_edits.handbook.entry import all_entries
from stream_edits.policies.catalog import load_policies
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.values.reason_codes import (
    Kind,
    outcomes_in,
    reason_codes,
    reason_problem,
)
from stream_edits.policies.values.rules import Outcome

TODAY = date(2024, 12, 3)


def outcome(carc: str | None, *rarcs: str) -> Outcome:
    return Outcome(disposition=Disposition.PEND, carc=carc, rarcs=rarcs)


def test_every_shipped_outcome_uses_reason_codes_in_force() -> None:
    used = [
        (entry.id, *found) for entry in all_entries(load_policies()) for found in entry.outcomes()
    ]
    assert len(used) > 30
    assert [x for x in used if reason_problem(x[3], x[2])] == []


@pytest.mark.parametrize(
    ("given", "day", "problem"),
    [
        (outcome("252", "N706"), TODAY, None),
        (outcome(None), TODAY, None),
        (outcome("18"), TODAY, None),
        (outcome("999", "N706"), TODAY, "CARC 999 is not on the list"),
        (outcome("252", "N9999"), TODAY, "RARC N9999 is not on the list"),
        (outcome("N706"), TODAY, "CARC N706 is not on the list"),
        (outcome("125", "M76"), date(2013, 11, 1), None),
        (outcome("125", "M76"), date(2013, 11, 2), "from 1995-01-01 to 2013-11-01"),
        (outcome("272", "N130"), date(2015, 11, 1), None),
        (outcome("272", "N130"), date(2015, 10, 31), "in force from 2015-11-01 on"),
        (outcome("252"), TODAY, "CARC 252 needs a RARC"),
        (outcome("16"), TODAY, "CARC 16 needs a RARC"),
        (outcome("16", "M70"), TODAY, "no mere alert"),
        (outcome("16", "M70", "M76"), TODAY, None),
    ],
)
def test_the_rules_for_reason_codes(given: Outcome, day: date, problem: str | None) -> None:
    found = reason_problem(given, day)
    assert found == problem or (problem is not None and found is not None and problem in found)


@pytest.mark.parametrize("carc", ["16", "96", "226", "234", "250", "251", "252", "A1"])
def test_these_need_a_remark_code(carc: str) -> None:
    assert reason_codes()[Kind.CARC, carc].needs_rarc


def test_the_list_is_sorted_and_valid() -> None:
    for reason in reason_codes().values():
        assert reason.meaning.endswith("."), reason
        assert reason.ended is None or reason.effective < reason.ended, reason
        assert reason.kind is Kind.CARC or not reason.needs_rarc, reason
        assert reason.kind is Kind.RARC or not reason.alert, reason


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
        ("999", "2025-01-01", "CARC 999 is not on the list"),
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
