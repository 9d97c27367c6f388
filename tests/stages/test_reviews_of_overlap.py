"""Reviews of findings that only a claim's supervisors know (docs/spec/edits.md, Reviews)."""

import pytest

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.stages.shared.refused_reviews import StaleReview, UnitsAboveBilled, UnknownReview
from tests.build import ADA, BEA, claim, infusion, line, replacing, voiding
from tests.stages.reviewing import APPROVE, DENY, review
from tests.stages.walk import edits, summaries
from tests.stages.wire import OverTheWire


class TestSupervision:
    def overlap(self) -> tuple[OverTheWire, ClaimDecision]:
        walk = OverTheWire()
        walk.send(infusion("A", "M1", "09:00-10:00"), infusion("B", "M2", "09:00-10:00"))
        assert summaries(walk.published) == ["A1 PASS", "B1 DENY"]
        return walk, walk.published[1]

    @pytest.mark.parametrize("edit", [None, "simultaneous-supervision"])
    def test_an_approved_overlap_stands_beside_the_other_patient(self, edit: str | None) -> None:
        walk, decision = self.overlap()
        (after,) = walk.reviewed(review(decision, edit=edit, member_id="M2"))
        assert summaries([after]) == ["B2 PASS"]
        (finding,) = after.findings
        assert finding.review_id == after.trigger_event_id
        # It stays so when the claim is decided again, and A keeps its time.
        assert summaries(walk.send(infusion("C", "M3", "09:00-10:00"))) == ["C1 DENY"]
        assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS"]

    @pytest.mark.parametrize("at", ["09:00-10:05", "08:30-09:30", "09:15-10:30"])
    @pytest.mark.parametrize("again", ["sent again", "replaced"])
    def test_a_correction_of_the_other_claim_is_not_denied_for_it(
        self, at: str, again: str
    ) -> None:
        walk, decision = self.overlap()
        walk.reviewed(review(decision, member_id="M2"))
        corrected = infusion("A", "M1", at, event="again", minute=99)
        if again == "replaced":
            corrected = replacing("A", "A2", line("96365", at, by=ADA), minute=99)
        assert summaries(walk.send(corrected))[0].split()[1] == "PASS"
        assert summaries([walk.last()["B"]]) == ["B2 PASS"]

    def test_a_claim_that_took_time_before_the_review_keeps_it(self) -> None:
        walk, decision = self.overlap()
        # B waits for nine to ten, and D takes a part of it that A does not have any more.
        walk.send(infusion("A", "M1", "09:00-09:30", event="again", minute=5))
        walk.send(infusion("D", "M3", "09:30-10:00", minute=6))
        assert summaries([walk.last()["D"]]) == ["D1 PASS"]
        (after,) = walk.reviewed(review(decision, member_id="M2"))
        assert summaries([after]) == ["B2 PASS"]
        assert after.findings[0].related_claim_ids == ("A", "D")
        corrected = infusion("D", "M3", "09:30-10:10", event="later", minute=99)
        assert summaries(walk.send(corrected)) == ["D2 PASS"]

    def test_a_claim_that_the_review_was_not_about_is_denied_for_it(self) -> None:
        walk, decision = self.overlap()
        walk.reviewed(review(decision, member_id="M2"))
        walk.send(infusion("C", "M3", "13:00-14:00"))
        moved = infusion("C", "M3", "09:30-10:30", event="again", minute=99)
        assert summaries(walk.send(moved)) == ["C2 DENY"]
        # The time of A is not B's to grant either.
        other = infusion("D", "M4", "08:00-09:30")
        assert summaries(walk.send(other)) == ["D1 DENY"]

    def test_a_denied_overlap_stays_denied_when_the_time_is_free(self) -> None:
        walk, decision = self.overlap()
        (after,) = walk.reviewed(review(decision, DENY, member_id="M2"))
        assert summaries([after]) == ["B2 DENY"]
        assert after.findings[0].review_id
        assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS"]

    def test_a_denial_after_an_approval_has_the_edits_own_codes(self) -> None:
        walk, decision = self.overlap()
        (approved,) = walk.reviewed(review(decision, member_id="M2"))
        named = review(approved, DENY, edit="simultaneous-supervision", member_id="M2")
        (denied,) = walk.reviewed(named)
        before, after = decision.findings[0], denied.findings[0]
        assert (approved.findings[0].carc, after.disposition) == (None, Disposition.DENY)
        assert (after.carc, after.rarcs, after.group_code) == (
            before.carc,
            before.rarcs,
            before.group_code,
        )

    def test_a_line_approved_after_a_denial_takes_its_time(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(
            claim("A", line("96365", "09:00-10:00", by=ADA), line("96365", "11:00-12:00", by=ADA))
        )
        denied = next(f for f in decision.findings if f.disposition is Disposition.DENY)
        walk.send(infusion("B", "M2", "11:00-12:00"))
        (after,) = walk.reviewed(review(decision, line=denied.line_number))
        assert edits(after)
        assert "simultaneous-supervision" in [f.edit_id for f in after.findings]

    def test_a_line_denied_by_a_review_gives_its_time_back(self) -> None:
        walk = OverTheWire()
        walk.send(
            claim("A", line("96367", "09:00-10:00", by=ADA)),
            infusion("B", "M2", "09:00-10:00"),
        )
        assert summaries(walk.published) == ["A1 PEND", "B1 DENY"]
        after = walk.reviewed(review(walk.published[0], DENY))
        assert summaries(after) == ["A2 DENY", "B2 PASS"]

    def test_a_finding_unknown_to_every_supervisor(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(infusion("A", "M1", "09:00-10:00"))
        with pytest.raises(UnknownReview):
            walk.reviewed(review(decision, edit="simultaneous-supervision"))

    def test_a_held_claim_that_no_supervisor_refuses_says_the_same(self) -> None:
        walk = OverTheWire()
        (decision,) = walk.send(claim("A", line("96367", "09:00-10:00", by=ADA)))
        (after,) = walk.reviewed(review(decision, edit="simultaneous-supervision"))
        assert summaries([decision, after]) == ["A1 PEND", "A2 PEND"]
        assert after.findings == decision.findings

    def test_a_review_of_a_refused_line_that_got_its_time_is_stale(self) -> None:
        walk, decision = self.overlap()
        walk.send(voiding("A", "V"))
        assert summaries([walk.last()["B"]]) == ["B2 PASS"]
        with pytest.raises(StaleReview):
            walk.reviewed(review(decision, member_id="M2"))

    def test_an_approved_overlap_may_be_reviewed_again(self) -> None:
        walk, decision = self.overlap()
        (approved,) = walk.reviewed(review(decision, member_id="M2"))
        named = review(approved, DENY, edit="simultaneous-supervision", member_id="M2", minute=90)
        (after,) = walk.reviewed(named)
        assert summaries([after]) == ["B3 DENY"]

    def test_two_supervisors_both_refuse_a_line(self) -> None:
        walk, decision = two_refused(second=BEA)
        (after,) = walk.reviewed(review(decision, edit="simultaneous-supervision", member_id="M2"))
        found = [f for f in after.findings if "simultaneous" in f.edit_id]
        assert [f.disposition for f in found] == [Disposition.PASS, Disposition.PASS]
        assert {f.review_id for f in found} == {after.trigger_event_id}


OVERLAP = "simultaneous-supervision"


def two_refused(*, second: str = ADA) -> tuple[OverTheWire, ClaimDecision]:
    """A claim with two lines that overlap other patients, and no other finding."""
    walk = OverTheWire()
    walk.send(
        infusion("A", "M1", "09:00-10:00"),
        infusion("X", "M3", "11:00-12:00", by=second),
        claim(
            "B",
            line("96365", "09:00-10:00", by=ADA),
            line("96366", "11:00-12:00", by=second),
            member_id="M2",
        ),
    )
    decision = walk.last()["B"]
    assert [(f.edit_id, f.line_number) for f in decision.findings] == [(OVERLAP, 1), (OVERLAP, 2)]
    return walk, decision


def outcomes(decision: ClaimDecision) -> list[str]:
    return [x.disposition for x in decision.lines]


@pytest.mark.parametrize("second", [ADA, BEA], ids=["one supervisor", "two supervisors"])
@pytest.mark.parametrize("edit", [None, OVERLAP])
class TestTwoReviewsOfOneDecision:
    @pytest.mark.parametrize("order", [(1, 2), (2, 1)])
    def test_both_apply(self, second: str, edit: str | None, order: tuple[int, int]) -> None:
        walk, decision = two_refused(second=second)
        (first,) = walk.reviewed(review(decision, line=order[0], edit=edit, member_id="M2"))
        assert outcomes(first).count("DENY") == 1
        (last,) = walk.reviewed(review(decision, line=order[1], edit=edit, member_id="M2"))
        assert summaries([first, last]) == ["B2 PASS", "B3 PASS"]
        assert outcomes(last) == ["PASS", "PASS"]

    def test_both_apply_when_the_second_comes_before_the_first_is_done(
        self, second: str, edit: str | None
    ) -> None:
        walk, decision = two_refused(second=second)
        both = [review(decision, line=number, edit=edit, member_id="M2") for number in (1, 2)]
        after = list(walk.drain(both))
        assert [outcomes(x) for x in after] == [["PASS", "DENY"], ["PASS", "PASS"]]
        assert [x.trigger_event_id for x in after] == [x.review_id for x in both]

    def test_a_line_that_was_reviewed_since_is_not_reviewed_again(
        self, second: str, edit: str | None
    ) -> None:
        walk, decision = two_refused(second=second)
        walk.reviewed(review(decision, line=1, edit=edit, member_id="M2"))
        with pytest.raises(StaleReview):
            walk.reviewed(review(decision, DENY, line=1, edit=edit, member_id="M2"))

    def test_one_line_that_got_its_time_leaves_the_other_to_review(
        self, second: str, edit: str | None
    ) -> None:
        walk, decision = two_refused(second=second)
        walk.send(voiding("A", "V"))
        assert outcomes(walk.last()["B"]) == ["PASS", "DENY"]
        with pytest.raises(StaleReview):
            walk.reviewed(review(decision, line=1, edit=edit, member_id="M2"))
        (after,) = walk.reviewed(review(decision, line=2, edit=edit, member_id="M2"))
        assert (after.revision, outcomes(after)) == (3, ["PASS", "PASS"])


class TestAClaimWithoutFindingsOfItsOwn:
    def test_more_units_than_billed(self) -> None:
        walk, decision = two_refused()
        with pytest.raises(UnitsAboveBilled):
            walk.reviewed(review(decision, line=1, member_id="M2", allowed_units=2.0))
        (after,) = walk.reviewed(
            review(decision, APPROVE, line=1, member_id="M2", allowed_units=1.0, review_id="r")
        )
        assert outcomes(after) == ["PASS", "DENY"]

    def test_other_content(self) -> None:
        walk, decision = two_refused()
        walk.reviewed(review(decision, line=1, member_id="M2"))
        walk.send(
            claim(
                "B",
                line("96365", "09:00-10:00", by=ADA, units=1.0),
                line("96366", "11:00-12:30", by=ADA),
                member_id="M2",
                event="again",
                minute=90,
            )
        )
        with pytest.raises(StaleReview):
            walk.reviewed(review(decision, line=2, member_id="M2"))

    def test_a_finding_that_has_gone(self) -> None:
        walk = OverTheWire()
        (held,) = walk.send(claim("A", line("96367")))
        walk.send(claim("B", line("96365"), minute=5))
        assert summaries([held, walk.last()["A"]]) == ["A1 PEND", "A2 PASS"]
        with pytest.raises(StaleReview):
            walk.reviewed(review(held))
        with pytest.raises(UnknownReview):
            walk.reviewed(review(walk.last()["A"], edit="add-on-without-primary"))
