"""A plan's own edits: a folder of YAML alone, judged beside the packaged policy."""

from pathlib import Path
from typing import Any

import pytest

from stream_edits.commands.own_cases import run_cases
from stream_edits.domain.claim import Attachment, ClaimForm, LineOfBusiness
from stream_edits.domain.decision import Disposition, WaitsFor
from stream_edits.policies.policy import Policies
from stream_edits.policies.shapes.known import SHAPES
from stream_edits.report import explain
from tests.build import claim, line, replacing, voiding
from tests.policies.own import alone, decided, own
from tests.stages.walk import SHIPPED, Walk, outcomes

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY


def test_what_policy_new_writes_holds(folder: Path) -> None:
    result = run_cases(folder)
    assert result.holds, result.text
    assert result.text.endswith("22 cases hold\n")
    assert {shape.replace("_", "-") for shape in SHAPES} == {
        row.split(":")[0].removeprefix("ok      own-") for row in result.text.splitlines()[:-1]
    }


def test_findings_name_the_plan_s_policy_and_section(under: Policies) -> None:
    (decision,) = decided(under, claim("A", line("J1745"), line("96365")))
    assert decision.policy_id == "6.21-P;KHS-OWN"
    assert outcomes(decision) == {1: PEND, 2: PASS}
    document, modifier = sorted(
        (f for f in decision.findings), key=lambda f: f.edit_id, reverse=True
    )
    assert document.policy_section == "KHS-OWN 1"
    assert document.policy_version.startswith("2025-01-01+")
    assert document.requested_documents == ("invoice",)
    assert (document.carc, document.rarcs) == ("252", ("M23",))
    assert modifier.edit_id == "own-modifier-required"
    assert decision.waits_for is WaitsFor.PROVIDER
    assert "KHS-OWN 1, edit own-required-document" in explain(decision)


def test_a_claim_that_only_the_plan_s_policy_governs_is_decided_under_it(under: Policies) -> None:
    (decision,) = decided(under, claim("A", line("36415"), line("36591")))
    assert decision.applicable
    assert own(decision) == {1: ("not-together", DENY)}
    (other,) = decided(
        under, claim("A", line("36415"), line("36591"), line_of_business=LineOfBusiness.CORPORATE)
    )
    assert not other.applicable
    assert own(other) == {}


def test_the_packaged_findings_are_the_same_beside_it(under: Policies) -> None:
    history = [
        claim("A", line("96365"), line("96367", units=5.0)),
        claim("B", line("96366")),
        claim("C", line("96365", modifiers=("27",)), line("J1745")),
        claim("D", line("96365"), place_of_service="12", member_id="M2"),
    ]
    alone, beside = decided(SHIPPED, *history), decided(under, *history)
    assert len(alone) == len(beside)
    for one, other in zip(alone, beside, strict=True):
        assert one.encounter_keys == other.encounter_keys
        assert one.findings == tuple(f for f in other.findings if f.policy_id == "6.21-P")


def test_encounters_are_those_of_the_packaged_policy(under: Policies) -> None:
    """Also of a claim that only the plan's policy governs: XE is a second visit of the day."""
    first = claim("A", line("36591"))
    second = claim("B", line("36415", modifiers=("XE",)))
    alone = claim("C", line("36415"))
    one, two, three = decided(under, first, second, alone)
    assert one.encounter_keys == three.encounter_keys != two.encounter_keys
    assert own(one) == {}
    assert own(two) == {}
    assert own(three) == {1: ("not-together", DENY)}


def test_a_document_answers_and_one_on_request_does_not(under: Policies) -> None:
    walk = Walk(under=under)
    billed = line("J1745", modifiers=("JZ",))
    (first,) = walk.send(claim("A", billed))
    assert own(first) == {1: ("required-document", PEND)}
    on_request = (Attachment(kind="invoice", transmission_code="AA"),)
    (second,) = walk.send(replacing("A", "B", billed, attachments=on_request))
    assert own(second) == {1: ("required-document", PEND)}
    (third,) = walk.send(replacing("B", "C", billed, documents=("invoice",)))
    assert own(third) == {}
    assert third.disposition is PASS


def test_units_are_cut_over_the_claims_and_visits_of_a_day(under: Policies) -> None:
    walk = Walk(under=under)
    documents = ("medical_justification",)
    first = claim("A", line("96365"), line("96367", units=2.0))
    second = claim("B", line("96367", units=2.0, modifiers=("27",)), documents=documents)
    walk.send(first)
    (cut,) = walk.send(second)
    assert own(cut) == {1: ("maximum-units", PASS)}
    assert cut.lines[0].allowed_units == 1.0
    found = next(f for f in cut.findings if f.policy_id == "KHS-OWN")
    assert "The policy allows 3 units a day, of which 2 are already used." in found.message
    assert found.related_claim_ids == ("A",)


def test_minutes_and_numbers_that_are_not_units_are_not_cut(under: Policies) -> None:
    billed = line("96367", units=60.0, unit_of_measure="MJ")
    (decision,) = decided(under, claim("A", line("96365"), billed))
    assert own(decision) == {}
    (negative,) = decided(
        under, claim("A", line("96367", units=-9.0), line("96367", units=4.0), member_id="M2")
    )
    assert own(negative) == {2: ("maximum-units", PASS)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"place_of_service": "12"}, {1: ("place-of-service", DENY)}),
        ({"place_of_service": "11"}, {}),
        ({"place_of_service": None}, {}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": "0331"}, {1: ("place-of-service", DENY)}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": "131"}, {}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": None}, {}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": "x"}, {}),
    ],
)
def test_a_place_is_denied_only_if_the_claim_says_it(
    under: Policies, fields: dict[str, Any], expected: dict[int, Any]
) -> None:
    (decision,) = decided(under, claim("A", line("96413"), **fields))
    assert own(decision) == expected


def test_a_void_and_a_claim_already_replaced_are_not_judged(under: Policies) -> None:
    walk = Walk(under=under)
    (void,) = walk.send(voiding("A", "V", lines=(line("J1745"),)))
    assert own(void) == {}
    (late,) = walk.send(claim("A", line("J1745")))
    assert own(late) == {None: ("replaced-before-it-came", PASS)}
    assert late.findings[-1].policy_section == "KHS-OWN (notice)"


def test_nothing_is_to_be_paid_for_a_claim_that_only_the_plan_s_notice_names(made: Path) -> None:
    walk = Walk(under=alone(made))
    walk.send(voiding("A", "V", lines=(line("36591"),)))
    (late,) = walk.send(claim("A", line("36591")))
    assert own(late) == {None: ("replaced-before-it-came", PASS)}
    assert len(late.findings) == 1
    assert "was replaced or voided before it came: nothing is to be paid" in explain(late)


def test_a_later_claim_decides_again_what_is_held(under: Policies) -> None:
    """Of two codes that exclude each other the first to come is paid, also when it was held."""
    walk = Walk(under=under)
    walk.send(claim("A", line("36591"), line("J1745")))
    (second,) = walk.send(claim("B", line("36415")))
    assert own(second) == {1: ("not-together", DENY)}
    assert second.findings[0].related_claim_ids == ("A",)
