"""Reviews of holds and denials (docs/spec/edits.md, Reviews)."""

import pytest

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.stages.shared.refused_reviews import ReviewRefused, StaleReview, UnknownReview
from tests.build import claim, line, voiding
from tests.stages.reviewing import DENY, UPHOLD, review
from tests.stages.walk import summaries
from tests.stages.wire import OverTheWire


def test_a_denial_by_a_review_pays_no_duplicate_of_the_line() -> None:
    walk = OverTheWire()
    walk.send(claim("A", line("96372"), documents=()), claim("B", line("96372"), minute=5))
    assert summaries(walk.published) == ["A1 PEND", "B1 DENY"]
    assert summaries(walk.reviewed(review(walk.published[0], DENY))) == ["A2 DENY"]
    # A void takes the line away, so the other one is no duplicate any more.
    assert summaries(walk.send(voiding("A", "V", minute=99))) == ["V1 PASS", "B2 PASS"]


def held(**how: object) -> tuple[OverTheWire, ClaimDecision]:
    """A claim whose second line waits to be priced by hand."""
    walk = OverTheWire()
    (decision,) = walk.send(claim("A", line("96365"), line("96377")))
    assert summaries([decision]) == ["A1 PEND"]
    return walk, decision


def outcome_of(decision: ClaimDecision, number: int) -> tuple[Disposition, float]:
    found = next(x for x in decision.lines if x.line_number == number)
    return found.disposition, found.allowed_units


class TestHolds:
    def test_an_approved_hold_passes(self) -> None:
        walk, decision = held()
        (after,) = walk.reviewed(review(decision, line=2, edit="by-report-pricing"))
        assert summaries([after]) == ["A2 PASS"]
        assert after.supersedes == decision.decision_id
        assert after.trigger_event_id == "review-A-1-2-by-report-pricing-APPROVE"
        (finding,) = after.findings
        assert finding.disposition is Disposition.PASS
        assert finding.review_id == after.trigger_event_id
        assert finding.carc is None
        assert outcome_of(after, 2) == (Disposition.PASS, 1)

    def test_a_denied_hold_is_denied_with_the_reviewers_reason(self) -> None:
        walk, decision = held()
        (after,) = walk.reviewed(review(decision, DENY, 2, carc="50", rarcs=("N115",)))
        assert summaries([after]) == ["A2 PASS"]
        (finding,) = after.findings
        assert (finding.disposition, finding.carc, finding.rarcs) == (
            Disposition.DENY,
            "50",
            ("N115",),
        )
        assert finding.group_code == "CO"
        assert outcome_of(after, 2) == (Disposition.DENY, 0)

    @pytest.mark.parametrize(
        ("carc", "rarcs"), [("9999", ()), ("50", ("N115", "XX99")), ("N115", ())]
    )
    def test_a_reason_code_that_no_list_has_is_refused(
        self, carc: str, rarcs: tuple[str, ...]
    ) -> None:
        walk, decision = held()
        with pytest.raises(ReviewRefused, match="is not on the X12 list") as refused:
            walk.reviewed(review(decision, DENY, 2, carc=carc, rarcs=rarcs))
        assert refused.value.error_class == "ContractViolation"
        (after,) = walk.reviewed(review(decision, DENY, 2, carc="50", rarcs=("N115",)))
        assert outcome_of(after, 2) == (Disposition.DENY, 0)

    def test_a_hold_that_is_upheld_gets_no_revision(self) -> None:
        walk, decision = held()
        assert walk.reviewed(review(decision, UPHOLD)) == []
        (after,) = walk.reviewed(review(decision, minute=90))
        assert summaries([after]) == ["A2 PASS"]

    def test_a_review_comes_once(self) -> None:
        walk, decision = held()
        once = review(decision)
        assert len(walk.reviewed(once)) == 1
        assert walk.reviewed(once) == []

    def test_allowed_units_of_an_approval(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96365"), line("96377", units=3.0)))
        with pytest.raises(ReviewRefused) as refused:
            walk.reviewed(review(decision, line=2, allowed_units=4.0, review_id="too-many"))
        assert refused.value.error_class == "ContractViolation"
        (after,) = walk.reviewed(
            review(decision, line=2, edit="by-report-pricing", allowed_units=2.0)
        )
        assert outcome_of(after, 2)[1] <= 2

    def test_a_cut_by_a_review_has_the_codes_that_it_names(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96365"), line("96377", units=3.0)))
        named = review(
            decision,
            line=2,
            edit="by-report-pricing",
            allowed_units=2.0,
            carc="151",
            rarcs=("N435",),
        )
        (after,) = walk.reviewed(named)
        (finding,) = [f for f in after.findings if f.review_id]
        assert (finding.disposition, finding.allowed_units) == (Disposition.PASS, 2.0)
        assert (finding.carc, finding.rarcs, finding.group_code) == ("151", ("N435",), "CO")

    def test_an_approval_of_all_units_has_no_codes(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96365"), line("96377", units=3.0)))
        (after,) = walk.reviewed(review(decision, line=2, allowed_units=3.0, carc="151"))
        assert {(f.carc, f.allowed_units) for f in after.findings if f.review_id} == {(None, None)}

    def test_a_replacement_forgets_the_review(self) -> None:
        walk, decision = held()
        walk.reviewed(review(decision))
        again = claim("B", line("96365"), line("96377"), frequency_code="7", replaces_claim_id="A")
        (after,) = walk.send(again)
        assert summaries([after]) == ["B1 PEND"]


class TestDenials:
    def test_a_denied_line_is_overturned(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96365"), line("96365")))
        denied = next(f for f in decision.findings if f.disposition is Disposition.DENY)
        (after,) = walk.reviewed(review(decision, line=denied.line_number, edit=denied.edit_id))
        number = denied.line_number or 0
        assert outcome_of(after, number) == (Disposition.PASS, 1)
        assert [f.review_id for f in after.findings if f.edit_id == denied.edit_id]

    def test_an_overturned_denial_stays_so_when_another_claim_comes(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96365"), line("96365")))
        walk.reviewed(review(decision))
        walk.send(claim("B", line("96366"), minute=90))
        assert walk.last()["A"].lines[1].disposition is Disposition.PASS

    def test_a_header_fault_is_overturned(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96365"), billing_provider_npi=""))
        assert decision.disposition is Disposition.DENY, decision
        (after,) = walk.reviewed(review(decision))
        assert after.disposition is not Disposition.DENY


def test_a_denial_after_an_approval_has_the_edits_own_codes() -> None:
    walk = OverTheWire()
    (cut,) = walk.send(claim("A", line("96365"), line("96366", units=9)))
    (approved,) = walk.reviewed(review(cut, edit="units-over-maximum", line=2))
    (denied,) = walk.reviewed(review(approved, DENY, edit="units-over-maximum", line=2))
    assert [f.carc for f in (*cut.findings, *approved.findings, *denied.findings)] == [
        "151",
        None,
        "151",
    ]
    assert denied.findings[0].rarcs == cut.findings[0].rarcs == ("N435",)


def test_a_denial_for_which_nobody_names_a_carc() -> None:
    """It applies all the same: the finding has the CARC of the review, or else its own, or none."""
    walk, decision = held()
    (after,) = walk.reviewed(review(decision, DENY, 2))
    (found,) = (f for f in after.findings if f.line_number == 2)
    assert (found.disposition, found.carc, found.group_code) == (Disposition.DENY, None, None)


class TestRefused:
    def test_a_claim_without_any_finding(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("J1885")))
        assert decision.findings == ()
        for named in (review(decision), review(decision, edit="by-report-pricing")):
            with pytest.raises(UnknownReview):
                walk.reviewed(named)

    def test_an_unknown_claim(self) -> None:
        walk, decision = held()
        with pytest.raises(UnknownReview):
            walk.reviewed(review(decision, claim_id="Z"))
        with pytest.raises(UnknownReview):
            walk.reviewed(review(decision, member_id="M2"))

    def test_an_unknown_line_or_finding(self) -> None:
        walk, decision = held()
        with pytest.raises(UnknownReview):
            walk.reviewed(review(decision, line=9))
        with pytest.raises(UnknownReview):
            walk.reviewed(review(decision, line=1))
        with pytest.raises(UnknownReview):
            walk.reviewed(review(decision, edit="included-service"))

    def test_a_withdrawn_claim(self) -> None:
        walk, decision = held()
        walk.send(voiding("A", "V"))
        with pytest.raises(UnknownReview):
            walk.reviewed(review(decision))

    def test_a_decision_on_other_content(self) -> None:
        walk, decision = held()
        walk.send(claim("A", line("96365"), line("96377"), line("J1885"), event="second", minute=5))
        with pytest.raises(StaleReview):
            walk.reviewed(review(decision))

    def test_a_finding_that_another_review_has_decided(self) -> None:
        walk, decision = held()
        walk.reviewed(review(decision))
        with pytest.raises(StaleReview):
            walk.reviewed(review(decision, DENY, minute=70))

    def test_two_reviews_of_two_lines_of_one_decision_both_apply(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96365"), line("96377"), line("96379")))
        pended = [f.line_number for f in decision.findings if f.disposition is Disposition.PEND]
        assert pended == [2, 3]
        (first,) = walk.reviewed(review(decision, line=2))
        (second,) = walk.reviewed(review(decision, line=3))
        assert summaries([first, second]) == ["A2 PEND", "A3 PASS"]


class TestNeighbours:
    def test_a_claim_that_waited_is_decided_again(self) -> None:
        walk = OverTheWire()
        sent = walk.send(
            claim("A", line("96365", place_of_service="34")), claim("B", line("96366"), minute=5)
        )
        assert summaries(sent) == ["A1 DENY", "B1 PEND"]
        after = walk.reviewed(review(sent[0]))
        assert summaries(after) == ["A2 PASS", "B2 PASS"]
        assert after[1].trigger_event_id == after[0].trigger_event_id


def test_replays_are_equal() -> None:
    def run() -> list[ClaimDecision]:
        walk, decision = held()
        walk.reviewed(review(decision, line=2))
        return walk.published

    assert run() == run()


def test_the_reviewer_is_not_published() -> None:
    walk, decision = held()
    (after,) = walk.reviewed(review(decision))
    assert "examiner" not in repr(after)
