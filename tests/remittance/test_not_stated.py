"""Decisions that a remittance cannot state, and why."""

from datetime import UTC, datetime

import pytest

from stream_edits.domain.decision import EditFinding
from stream_edits.remittance.adjustments import CannotBeStated, adjustments_of
from tests.remittance.made import DENY, PASS, decision, dollars, finding


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (finding("a", 1, DENY, None, []), "a: no CARC says why"),
        (finding("a", 1, DENY, "17", ["N362"]), "a: CARC 17 is not in force on 2026-03-01"),
        (finding("a", 1, DENY, "16", []), "a: CARC 16 needs a RARC beside it"),
        (finding("a", 1, DENY, "18", [], group="CO"), "a: CARC 18 may only be used with group OA"),
        (finding("a", 1, DENY, group="XX"), "a: the claim adjustment group is none of CO, OA"),
        (finding("a", 1, DENY, "97", ["M58"]), "a: RARC M58 is not in force on 2026-03-01"),
    ],
)
def test_a_code_that_cannot_be_used_is_said(bad: EditFinding, says: str) -> None:
    with pytest.raises(CannotBeStated) as caught:
        adjustments_of(decision([1.0], bad), dollars("1.00"))
    assert str(caught.value).startswith(says)


def test_the_codes_are_those_of_the_day_of_the_decision() -> None:
    then = datetime(2008, 1, 1, tzinfo=UTC)
    old = finding("a", 1, DENY, "17", ["M76"])
    assert adjustments_of(decision([1.0], old, decided_at=then), dollars("1.00"))


def test_a_decision_of_an_earlier_version_gets_the_group_of_its_carc() -> None:
    named = [("18", (), "OA"), ("97", ("M15",), "CO")]
    for carc, rarcs, group in named:
        denied = decision([1.0], finding("a", 1, DENY, carc, rarcs, group=None))
        (one,) = adjustments_of(denied, dollars("1.00"))
        assert one.group_code == group


def test_a_denial_without_a_finding_is_said() -> None:
    cut = decision([2.0], finding("a", 1, PASS, allowed=1.0))
    with pytest.raises(CannotBeStated, match="no finding says why line 1 is not allowed"):
        adjustments_of(cut._replace(findings=()), dollars("1.00"))


def test_other_lines_than_those_decided_are_said() -> None:
    with pytest.raises(CannotBeStated, match="do not match those"):
        adjustments_of(decision([1.0], finding("a", 1, DENY)), dollars("1.00", "1.00"))
