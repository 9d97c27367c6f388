"""What one decision takes away from its lines: units, dollars, and the finding that has them."""

from decimal import Decimal

import pytest

from stream_edits.domain.decision import ClaimDecision, EditFinding, RollUp
from stream_edits.remittance.adjustments import (
    Adjustment,
    ReasonAt,
    adjustments_of,
    takes_away,
)
from tests.remittance.made import DENY, NAN, PASS, PEND, decision, dollars, finding, taken


def test_a_denied_line_is_taken_whole_and_the_others_are_not() -> None:
    denied = decision([2.0, 1.0], finding("a", 1, DENY))
    assert denied.disposition is PASS
    (one,) = adjustments_of(denied, dollars("120.5", "80.00"))
    assert one == Adjustment(
        claim_id="C1",
        line_number=1,
        line_control_number="LCN1",
        group_code="CO",
        carc="97",
        rarcs=("M15",),
        quantity=Decimal(2),
        amount=Decimal("120.50"),
        basis="billed and not allowed",
        billed_units=2.0,
        charge_amount=Decimal("120.50"),
        reason_at=ReasonAt.LINE,
        edit_id="a",
        decision_id="d1",
    )


@pytest.mark.parametrize(
    ("billed", "allowed", "charge", "quantity", "amount"),
    [
        (3.0, 1.0, "100.00", "2", "66.67"),
        (3.0, 2.0, "100.00", "1", "33.33"),
        (8.0, 7.0, "0.60", "1", "0.08"),  # half a cent goes up
        (8.0, 7.0, "0.12", "1", "0.02"),
        (0.3, 0.1, "3.00", "0.2", "2.00"),  # as written, not as binary fractions
        (1e300, 1.0, "9999999999.99", None, "9999999999.99"),
        (3.0, 1.0, "0.00", "2", "0.00"),
        (3.0, 1.0, "0.01", "2", "0.01"),
    ],
)
def test_a_cut_takes_its_share_of_the_charge(
    billed: float, allowed: float, charge: str, quantity: str | None, amount: str
) -> None:
    cut = decision([billed], finding("a", 1, PASS, "151", ["N362"], allowed))
    assert cut.disposition is PASS
    ((_, _, units, share),) = taken(adjustments_of(cut, dollars(charge)))
    assert share == amount
    assert quantity is None or units == quantity


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        # The first denial has the dollars.
        (
            [finding("a", 1, DENY), finding("b", 1, DENY)],
            [(1, "a", "4", "100.00"), (1, "b", "0", "0.00")],
        ),
        # A denial has them, also after a cut: it says alone why nothing is allowed.
        (
            [finding("a", 1, PASS, allowed=1.0), finding("b", 1, DENY)],
            [(1, "b", "4", "100.00"), (1, "a", "0", "0.00")],
        ),
        # Of two cuts, the one that leaves less.
        (
            [finding("a", 1, PASS, allowed=3.0), finding("b", 1, PASS, allowed=1.0)],
            [(1, "b", "3", "75.00"), (1, "a", "0", "0.00")],
        ),
        (
            [finding("a", 1, PASS, allowed=1.0), finding("b", 1, PASS, allowed=1.0)],
            [(1, "a", "3", "75.00"), (1, "b", "0", "0.00")],
        ),
        # A cut to nothing denies.
        ([finding("a", 1, PASS, allowed=0.0)], [(1, "a", "4", "100.00")]),
        # What cuts nothing, or passes, takes nothing.
        ([finding("a", 1, PASS, allowed=4.0), finding("b", 1, PASS)], []),
    ],
)
def test_no_dollar_is_taken_twice(
    findings: list[EditFinding], expected: list[tuple[int, str, str, str]]
) -> None:
    assert taken(adjustments_of(decision([4.0], *findings), dollars("100.00"))) == expected


def test_a_claim_level_denial_takes_every_line_before_their_own() -> None:
    whole = decision([1.0, 2.0], finding("form", None, DENY), finding("a", 2, DENY))
    found = adjustments_of(whole, dollars("10.00", "20.00"))
    assert taken(found) == [
        (1, "form", "1", "10.00"),
        (2, "form", "2", "20.00"),
        (2, "a", "0", "0.00"),
    ]
    assert [each.reason_at for each in found] == [ReasonAt.CLAIM, ReasonAt.CLAIM, ReasonAt.LINE]


def test_the_strict_roll_up_takes_the_other_lines_for_the_reason_that_denied_the_claim() -> None:
    findings = [
        finding("cut", 1, PASS, "151", ["N362"], 1.0),
        finding("a", 2, DENY, "18", [], group="OA"),
        finding("held", 3, PEND, "252", ["N26"]),
    ]
    units, charges = [2.0, 1.0, 1.0], dollars("10.00", "20.00", "30.00")
    strict = decision(units, *findings, rule=RollUp.STRICT)
    found = adjustments_of(strict, charges)
    assert taken(found) == [
        (1, "a", "2", "10.00"),
        (1, "cut", "0", "0.00"),
        (2, "a", "1", "20.00"),
        (3, "a", "1", "30.00"),
    ]
    assert [each.reason_at.value for each in found] == ["OTHER_LINE", "LINE", "LINE", "OTHER_LINE"]
    assert (found[0].group_code, found[0].carc) == ("OA", "18")
    # The same findings hold the claim otherwise.
    assert decision(units, *findings).disposition is PEND


@pytest.mark.parametrize(
    "held",
    [
        decision([1.0], finding("a", 1, PEND)),
        decision([1.0, 1.0], finding("a", 1, DENY), finding("b", 2, PEND)),
        decision([2.0], finding("a", None, PEND), finding("b", 1, PASS, allowed=1.0)),
    ],
)
def test_a_held_claim_loses_nothing(held: ClaimDecision) -> None:
    assert not takes_away(held)
    assert adjustments_of(held, dollars(*["5.00"] * len(held.lines))) == []


def test_a_line_without_a_charge_has_no_amounts() -> None:
    denied = decision([4.0], finding("a", 1, DENY), finding("b", 1, DENY))
    assert taken(adjustments_of(denied, [None])) == [(1, "a", "4", None), (1, "b", "0", None)]
    cut = decision([4.0], finding("a", 1, PASS, allowed=1.0))
    assert taken(adjustments_of(cut, [None])) == [(1, "a", "3", None)]


@pytest.mark.parametrize("units", [0.0, -2.0, NAN, float("inf"), float("-inf")])
def test_units_that_are_not_a_number_have_no_quantity_and_their_whole_charge(units: float) -> None:
    denied = decision([units], finding("a", 1, DENY), finding("b", 1, PASS, allowed=1.0))
    assert taken(adjustments_of(denied, dollars("7.00"))) == [(1, "a", None, "7.00")]
    # Nothing was found: nobody has taken anything.
    assert adjustments_of(decision([units, 1.0]), dollars("7.00", "1.00")) == []
