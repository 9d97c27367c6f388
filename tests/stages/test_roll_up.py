"""What findings make of a line and of a claim, whichever stage gives them."""

from stream_edits.domain.decision import Disposition, EditFinding, FindingMode, Pricing
from stream_edits.domain.roll_up import has_header_fault, line_outcome, with_further

PASS, PEND, DENY = Disposition


def finding(
    disposition: Disposition, allowed: float | None = None, code: str | None = None
) -> EditFinding:
    return EditFinding(
        edit_id="edit",
        line_number=1,
        disposition=disposition,
        message="Wrong.",
        policy_section="I",
        recommended_code=code,
        allowed_units=allowed,
    )


def result(*groups: list[EditFinding]) -> tuple[Disposition, float, str | None]:
    """What becomes of a line of 4 units after these findings, one group after another."""
    first, *others = groups
    line = line_outcome(1, "96365", 4.0, Pricing.FEE_SCHEDULE, first)
    for group in others:
        line = with_further(line, group)
    return line.disposition, line.allowed_units, line.recommended_code


def test_findings_give_the_same_line_together_and_one_after_another() -> None:
    cut, held, denied = finding(PASS, 2.0), finding(PEND), finding(DENY, code="96374")
    for findings in ([cut], [cut, held], [held, denied], [denied, cut], [finding(PASS, 0.0), held]):
        assert result(findings) == result([], *([each] for each in findings))


def test_further_findings_only_take_away() -> None:
    assert result([finding(PASS, 2.0)], [finding(PASS, 3.0)]) == (PASS, 2.0, None)
    assert result([finding(DENY, code="96374")], [finding(PASS)]) == (DENY, 0.0, "96374")
    assert result([finding(PEND)], []) == (PEND, 4.0, None)


def test_a_line_left_without_units_is_denied() -> None:
    assert result([], [finding(PASS, 0.0)]) == (DENY, 0.0, None)
    assert result([], [finding(PASS, 1.0)]) == (PASS, 1.0, None)


def test_a_header_fault_is_a_denial_of_the_claim_that_counts() -> None:
    fault = finding(DENY)._replace(line_number=None)
    assert has_header_fault([finding(PASS), fault])
    assert not has_header_fault([fault._replace(mode=FindingMode.MONITORED)])
    assert not has_header_fault([fault._replace(disposition=PEND), finding(DENY)])
