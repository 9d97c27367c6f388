"""What a decision gives the remittance: the group of each reason, and the line's own number."""

from stream_edits.domain.decision import ClaimDecision
from tests.build import claim, line
from tests.stages.walk import Walk


def groups(decision: ClaimDecision) -> list[tuple[str, str | None, str | None]]:
    return [(f.edit_id, f.carc, f.group_code) for f in decision.findings]


def test_a_line_s_control_number_is_echoed() -> None:
    walk = Walk()
    numbered = line("96413", line_control_number="REF-1"), line("99213")
    (decided,) = walk.send(claim("A", *numbered))
    assert [each.line_control_number for each in decided.lines] == ["REF-1", None]
    (not_applicable,) = walk.send(claim("B", line("99213", line_control_number="REF-2")))
    assert [each.line_control_number for each in not_applicable.lines] == ["REF-2"]


def test_the_line_of_a_denied_claim_is_echoed_too() -> None:
    (denied,) = Walk().send(claim("A", line("96413", line_control_number="1"), diagnosis_codes=()))
    assert [each.line_control_number for each in denied.lines] == ["1"]


def test_a_duplicate_has_group_oa_and_other_reasons_co() -> None:
    walk = Walk()
    walk.send(claim("A", line("96413")))
    (again,) = walk.send(claim("B", line("96413")))
    assert groups(again) == [("duplicate-service", "18", "OA")]
    (denied,) = walk.send(claim("C", line("96413"), member_id="M2", diagnosis_codes=()))
    assert groups(denied) == [("incomplete-claim-form", "16", "CO")]


def test_a_finding_without_a_reason_code_has_no_group() -> None:
    (pended,) = Walk().send(claim("A", line("96377")))
    assert groups(pended) == [("by-report-pricing", None, None)]
