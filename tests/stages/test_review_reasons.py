"""What a review denies or cuts can be stated on a remittance (docs/spec/edits.md, Reviews)."""

from decimal import Decimal
from typing import Any

import pytest

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.policies.policy import Policies
from stream_edits.remittance.adjustments import adjustments_of
from stream_edits.stages.review_reasons import ReasonRefused
from tests.build import ADA, claim, infusion, line
from tests.modes.histories import policies_with
from tests.stages.reviewing import DENY, UPHOLD, review
from tests.stages.walk import Walk, summaries
from tests.stages.wire import OverTheWire

PRICING, MAXIMUM, OVERLAP = "by-report-pricing", "units-over-maximum", "simultaneous-supervision"
NO_CARC = "the finding has no CARC to {} with: name one"
CHARGES = (Decimal(100), Decimal(60))


def held(units: float = 1.0) -> tuple[OverTheWire, ClaimDecision]:
    """A claim whose second line waits to be priced by hand."""
    walk = OverTheWire()
    (decision,) = walk.send(claim("A", line("96365"), line("96377", units=units)))
    assert summaries([decision]) == ["A1 PEND"]
    return walk, decision


def rows(decision: ClaimDecision) -> list[tuple[int, str, str, Any]]:
    found = adjustments_of(decision, CHARGES[: len(decision.lines)])
    return [(x.line_number, x.edit_id, x.carc, x.amount) for x in found]


@pytest.mark.parametrize("edit", [None, PRICING])
@pytest.mark.parametrize("number", [None, 2])
@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        ({}, NO_CARC.format("deny it")),
        ({"rarcs": ("N115",)}, NO_CARC.format("deny it")),
        ({"carc": "16"}, "CARC 16 needs a RARC beside it that is more than an alert"),
        ({"carc": "25"}, "CARC 25 is deactivated on the X12 list of"),
        ({"carc": "97", "rarcs": ("M58",)}, "RARC M58 is not in force on 2025-02-01"),
    ],
    ids=lambda each: "+".join(each) if isinstance(each, dict) else "",
)
def test_a_denial_that_a_remittance_could_not_state_changes_nothing(
    codes: dict[str, Any], problem: str, edit: str | None, number: int | None
) -> None:
    walk, decision = held()
    with pytest.raises(ReasonRefused, match=problem) as refused:
        walk.reviewed(review(decision, DENY, number, edit, **codes))
    assert refused.value.error_class == "ContractViolation"
    # The same review with its reason applies: nothing was kept of the one that was refused.
    (after,) = walk.reviewed(review(decision, DENY, number, edit, carc="16", rarcs=("M76",)))
    assert rows(after) == [(2, PRICING, "16", Decimal(60))]


@pytest.mark.parametrize(
    ("codes", "problem"),
    [({}, NO_CARC.format("cut its units")), ({"carc": "16"}, "CARC 16 needs a RARC")],
    ids=["none", "without its RARC"],
)
def test_so_does_a_cut(codes: dict[str, Any], problem: str) -> None:
    walk, decision = held(units=3.0)
    for allowed in (2.0, 0.0):
        with pytest.raises(ReasonRefused, match=problem):
            walk.reviewed(review(decision, line=2, allowed_units=allowed, **codes))
    (after,) = walk.reviewed(review(decision, line=2, allowed_units=2.0, carc="45"))
    assert rows(after) == [(2, PRICING, "45", Decimal(20))]


def test_what_takes_nothing_away_needs_no_reason() -> None:
    walk, decision = held(units=3.0)
    assert walk.reviewed(review(decision, UPHOLD)) == []
    (after,) = walk.reviewed(review(decision, line=2, allowed_units=3.0))
    assert rows(after) == []
    walk, decision = held()
    (after,) = walk.reviewed(review(decision, carc="16"))
    assert rows(after) == []


def test_a_denial_has_the_reason_of_the_edit_where_the_review_names_none() -> None:
    walk = OverTheWire()
    (decision,) = walk.send(claim("A", line("96365"), line("96366", units=9)))
    assert [(f.edit_id, f.carc) for f in decision.findings] == [(MAXIMUM, "151")]
    (after,) = walk.reviewed(review(decision, DENY, 2))
    assert rows(after) == [(2, MAXIMUM, "151", Decimal(60))]


def test_one_finding_without_a_reason_refuses_the_review_of_all() -> None:
    walk = OverTheWire()
    (decision,) = walk.send(claim("A", line("96366", units=9), line("96377")))
    assert {f.edit_id for f in decision.findings if f.carc is None} == {PRICING}
    assert len(decision.findings) > 1
    with pytest.raises(ReasonRefused):
        walk.reviewed(review(decision, DENY))
    (after,) = walk.reviewed(review(decision, DENY, carc="50"))
    assert {f.disposition for f in after.findings} == {Disposition.DENY}


class TestASupervisorsFinding:
    """Where a plan makes the overlap a hold without a CARC."""

    def overlap(self, *further: str) -> tuple[Walk, ClaimDecision]:
        walk = Walk(under=HELD_OVERLAP)
        lines = [line("96365", "09:00-10:00", by=ADA), *map(line, further)]
        walk.send(infusion("A", "M1", "09:00-10:00"), claim("B", *lines, member_id="M2"))
        decision = walk.last()["B"]
        assert OVERLAP in {f.edit_id for f in decision.findings if f.carc is None}
        return walk, decision

    @pytest.mark.parametrize("edit", [None, OVERLAP])
    def test_a_denial_without_a_carc_is_refused(self, edit: str | None) -> None:
        walk, decision = self.overlap()
        with pytest.raises(ReasonRefused, match=NO_CARC.format("deny it")):
            walk.reviewed(review(decision, DENY, 1, edit, member_id="M2"))
        named = review(decision, DENY, 1, edit, member_id="M2", carc="50", review_id="again")
        (after,) = walk.reviewed(named)
        assert rows(after) == [(1, OVERLAP, "50", Decimal(100))]

    def test_it_stays_as_it_is_on_a_claim_that_is_decided_for_another_finding(self) -> None:
        walk, decision = self.overlap("96377")
        (after,) = walk.reviewed(review(decision, DENY, 1, OVERLAP, member_id="M2"))
        assert after.findings == decision.findings
        named = review(after, DENY, 1, OVERLAP, member_id="M2", carc="50")
        (denied,) = walk.reviewed(named)
        (found,) = [f for f in denied.findings if f.edit_id == OVERLAP]
        assert (found.disposition, found.carc) == (Disposition.DENY, "50")


HELD_OVERLAP: Policies = policies_with(
    f"edits:\n  {OVERLAP}:\n    overlap:\n      2024-12-03:\n"
    "        reference: Plan memo\n        value: {disposition: PEND, carc: null, rarcs: []}\n"
)
