"""What a review decides on an overlap stands while the claim's content is the same, whatever
happens to the claim's other lines or to the line itself in between."""

from datetime import timedelta

import pytest

from stream_edits.domain.claim import ServiceLine, Supervision
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.review import ReviewOutcome
from tests.build import ADA, BEA, DAY, claim, infusion, line, replacing, voiding
from tests.stages.reviewing import APPROVE, DENY, review
from tests.stages.walk import edits
from tests.stages.wire import OverTheWire

LATER = DAY + timedelta(days=6)
OVERLAP = "simultaneous-supervision"


def overlap(decision: ClaimDecision) -> str:
    """What became of line 1, and what the decision says on its overlap."""
    on_it = [f for f in decision.findings if f.edit_id == OVERLAP and f.line_number == 1]
    said = ", ".join(f"{f.disposition} by {'a review' if f.review_id else 'edit'}" for f in on_it)
    return f"{decision.lines[0].disposition}: {said}"


class TestAnotherLineGetsItsTime:
    def sent(self, walk: OverTheWire) -> ClaimDecision:
        """A, whose line 1 overlaps X and whose line 2 overlaps Y."""
        walk.send(infusion("X", "M2", "09:00-10:00"), infusion("Y", "M3", "11:00-12:00"))
        lines = line("96365", "09:00-10:00", by=ADA), line("96366", "11:00-12:00", by=ADA)
        (first,) = walk.send(claim("A", *lines))
        return first

    def test_the_approved_line_stays_paid(self) -> None:
        walk = OverTheWire()
        (approved,) = walk.reviewed(review(self.sent(walk), line=1, edit=OVERLAP))
        *_, after = walk.send(voiding("Y", "VY", member_id="M3"))
        assert overlap(approved) == overlap(after) == "PASS: PASS by a review"
        assert after.lines[1].disposition == "PASS"

    def test_the_line_that_a_person_denied_stays_denied(self) -> None:
        walk = OverTheWire()
        walk.reviewed(review(self.sent(walk), DENY, line=1, edit=OVERLAP))
        walk.send(voiding("X", "VX", member_id="M2"))
        *_, after = walk.send(voiding("Y", "VY", member_id="M3"))
        assert overlap(after) == "DENY: DENY by a review"

    def test_without_a_review_the_first_line_stays_denied_for_the_time_it_lacks(self) -> None:
        walk = OverTheWire()
        self.sent(walk)
        *_, after = walk.send(voiding("Y", "VY", member_id="M3"))
        assert overlap(after) == "DENY: DENY by edit"


class TestAnotherEditDeniesTheLineForAWhile:
    """96366 of 09:30 to 10:30 overlaps X. K's infusion leaves it too little time of its own."""

    def sent(self, walk: OverTheWire) -> ClaimDecision:
        walk.send(infusion("X", "M2", "10:00-11:00"))
        (first,) = walk.send(claim("A", line("96366", "09:30-10:30", by=ADA)))
        return first

    def denied_for_time(self, walk: OverTheWire) -> None:
        *_, denied = walk.send(infusion("K", "M1", "09:00-10:00"))
        assert [f.edit_id for f in denied.findings] == ["documented-time-too-short"]

    def test_the_approved_overlap_is_approved_when_the_line_comes_back(self) -> None:
        walk = OverTheWire()
        walk.reviewed(review(self.sent(walk), APPROVE, line=1, edit=OVERLAP))
        self.denied_for_time(walk)
        *_, after = walk.send(voiding("K", "VK"))
        assert overlap(after) == "PEND: PASS by a review"

    def test_the_denied_overlap_is_denied_when_the_line_comes_back(self) -> None:
        walk = OverTheWire()
        walk.reviewed(review(self.sent(walk), DENY, line=1, edit=OVERLAP))
        self.denied_for_time(walk)
        walk.send(voiding("X", "VX", member_id="M2"), voiding("K", "VK"))
        *_, after = walk.send(infusion("K2", "M1", "08:00-09:00", by=BEA))
        assert overlap(after) == "DENY: DENY by a review"

    def test_the_line_gives_its_time_back_meanwhile_and_does_not_wait_for_any(self) -> None:
        walk = OverTheWire()
        walk.reviewed(review(self.sent(walk), APPROVE, line=1, edit=OVERLAP))
        self.denied_for_time(walk)
        walk.send(voiding("X", "VX", member_id="M2"))
        (other,) = walk.send(infusion("Z", "M4", "10:05-10:30"))
        assert overlap(other) == "PASS: "

    def test_another_content_of_the_claim_ends_the_review(self) -> None:
        walk = OverTheWire()
        walk.reviewed(review(self.sent(walk), APPROVE, line=1, edit=OVERLAP))
        self.denied_for_time(walk)
        walk.send(voiding("K", "VK"))
        (after,) = walk.send(claim("A", line("96366", "09:30-10:31", by=ADA), event_id="later"))
        assert overlap(after) == "DENY: DENY by edit"


class TestAnOverlapApprovedWithUnits:
    def others(self, allowed: float | None) -> str:
        """What becomes of a third patient's claim, beside a line approved with these units."""
        walk = OverTheWire()
        walk.send(infusion("X", "M2", "09:00-10:00"))
        (first,) = walk.send(infusion("Y", "M1", "09:30-10:30"))
        walk.reviewed(review(first, line=1, edit=OVERLAP, allowed_units=allowed))
        (other,) = walk.send(infusion("Z", "M3", "10:10-10:50"))
        return overlap(other)

    def test_a_line_left_without_units_is_denied_and_takes_no_time(self) -> None:
        assert self.others(0.0) == "PASS: "

    def test_a_line_that_keeps_units_takes_its_time(self) -> None:
        assert self.others(None) == "DENY: DENY by edit"


class TestACorrectionOfTheClaimThatAnotherMayOverlap:
    """X may overlap A. B corrects A, and its line 2 is denied for Y's time."""

    def sent(self, walk: OverTheWire, outcome: ReviewOutcome, *more: ServiceLine) -> ClaimDecision:
        walk.send(infusion("A", "M2", "09:00-10:00"), infusion("Y", "M3", "11:00-12:00"))
        (overlapping,) = walk.send(infusion("X", "M1", "09:30-10:30"))
        walk.reviewed(review(overlapping, outcome, line=1, edit=OVERLAP))
        lines = line("96365", "09:00-10:00", by=ADA), line("96366", "11:00-12:00", by=ADA)
        first, *_ = walk.send(replacing("A", "B", *lines, *more, member_id="M2"))
        assert overlap(first) == "PASS: "
        return first

    def test_it_stays_paid_when_another_of_its_lines_gets_its_time(self) -> None:
        walk = OverTheWire()
        assert self.sent(walk, APPROVE).lines[1].disposition == "DENY"
        *_, after = walk.send(voiding("Y", "VY", member_id="M3"))
        assert (after.claim_id, after.revision, overlap(after)) == ("B", 2, "PASS: ")
        assert after.lines[1].disposition == "PASS"

    def test_a_third_claim_is_still_denied(self) -> None:
        walk = OverTheWire()
        self.sent(walk, APPROVE)
        (other,) = walk.send(infusion("Z", "M4", "10:00-11:00"))
        assert overlap(other) == "DENY: DENY by edit"

    def test_it_stays_paid_when_the_claims_around_it_change(self) -> None:
        walk = OverTheWire()
        first = self.sent(walk, APPROVE, line("96375", day=LATER))
        assert edits(first) == [OVERLAP, "add-on-without-primary"]
        *_, after = walk.send(claim("K", line("96365", day=LATER), member_id="M2"))
        assert (after.claim_id, after.revision, overlap(after)) == ("B", 2, "PASS: ")

    def test_nor_is_its_own_correction_denied(self) -> None:
        walk = OverTheWire()
        self.sent(walk, APPROVE)
        again = line("96365", "09:10-10:00", by=ADA)
        (after,) = walk.send(replacing("B", "C", again, member_id="M2"))
        assert overlap(after) == "PASS: "

    def test_without_the_review_it_is_denied_for_time_that_came_free(self) -> None:
        walk = OverTheWire()
        walk.send(infusion("X", "M1", "09:30-10:30"), infusion("A", "M2", "09:00-10:00"))
        (after,) = walk.send(
            replacing("A", "B", line("96365", "09:10-10:00", by=ADA), member_id="M2")
        )
        assert overlap(after) == "DENY: DENY by edit"


class TestCorrectionThatIsDeniedAtFirst:
    """B stands beside A by a review. A is replaced by A2, whose line another edit denies."""

    def denied(self, earlier: bool = False) -> tuple[OverTheWire, ClaimDecision]:
        walk = OverTheWire()
        if earlier:
            walk.send(claim("A2", line("96365", "09:00-10:00", by=ADA, day=LATER)))
        walk.send(infusion("A", "M1", "09:00-10:00"))
        (second,) = walk.send(infusion("B", "M2", "09:30-10:30"))
        walk.reviewed(review(second, member_id="M2"))
        bare = line("96365", "09:00-10:00", by=ADA, supervision=Supervision.GENERAL)
        (first,) = walk.send(replacing("A", "A2", bare, event="denied"))
        assert edits(first) == ["supervision-documentation-missing"]
        return walk, first

    @pytest.mark.parametrize("earlier", [False, True])
    def test_it_passes_when_a_review_approves_it(self, earlier: bool) -> None:
        walk, first = self.denied(earlier)
        (after,) = walk.reviewed(review(first, line=1))
        assert overlap(after) == "PASS: "

    @pytest.mark.parametrize("earlier", [False, True])
    def test_it_passes_when_it_is_sent_again(self, earlier: bool) -> None:
        walk, _ = self.denied(earlier)
        (after,) = walk.send(infusion("A2", "M1", "09:00-10:00", event="again", minute=9))
        assert overlap(after) == "PASS: "

    @pytest.mark.parametrize("earlier", [False, True])
    def test_so_does_a_correction_of_it(self, earlier: bool) -> None:
        walk, _ = self.denied(earlier)
        right = line("96365", "09:00-10:00", by=ADA)
        (after,) = walk.send(replacing("A2", "A3", right, minute=9))
        assert overlap(after) == "PASS: "

    def test_another_claim_of_the_patient_is_denied(self) -> None:
        walk, _ = self.denied()
        (other,) = walk.send(infusion("C", "M1", "10:00-11:00", minute=9))
        assert overlap(other) == "DENY: DENY by edit"

    def test_so_is_a_claim_after_its_void(self) -> None:
        walk, _ = self.denied()
        walk.send(voiding("A2", "V", minute=9))
        (other,) = walk.send(infusion("C", "M1", "09:00-10:00", minute=10))
        assert overlap(other) == "DENY: DENY by edit"
