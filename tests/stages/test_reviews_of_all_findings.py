"""Reviews that name no edit, of claims with findings that only their supervisors know.

Such a review is about what holds, denies or cuts in the decision that it names, in both stages
(docs/spec/edits.md, Reviews).
"""

from typing import Any

import pytest

from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.messages import Reopen, SupervisedClaim
from stream_edits.stages.pipeline import Message
from stream_edits.stages.shared.refused_reviews import StaleReview, UnknownReview
from tests.build import ADA, BEA, claim, infusion, line, voiding
from tests.stages.reviewing import APPROVE, DENY, UPHOLD, review
from tests.stages.walk import edits
from tests.stages.wire import OverTheWire

OVERLAP, PRICING, PRIMARY = (
    "simultaneous-supervision",
    "by-report-pricing",
    "add-on-without-primary",
)


def overlapping(*further: str, second: str | None = None) -> tuple[OverTheWire, ClaimDecision]:
    """B overlaps A on line 1, and X on line 2 if that has a supervisor, ``second``.

    ``further`` are the codes of B's other lines, without times.
    """
    walk = OverTheWire()
    walk.send(infusion("A", "M1", "09:00-10:00"), infusion("X", "M3", "11:00-12:00", by=BEA))
    lines = [line("96365", "09:00-10:00", by=ADA)]
    if second:
        lines.append(line("96366", "11:00-12:00", by=second))
    lines += [line(code) for code in further]
    (decision,) = walk.send(claim("B", *lines, member_id="M2"))
    return walk, decision


def of_b(decision: ClaimDecision, *given: Any, **fields: Any) -> Any:
    return review(decision, *given, member_id="M2", **fields)


def found(decision: ClaimDecision) -> list[str]:
    return [f"{f.edit_id} {f.line_number} {f.disposition}" for f in decision.findings]


HELD = ["96377"]
REASON: dict[str, Any] = {"carc": "50", "rarcs": ("N115",)}


class TestWhatAReviewHasApproved:
    @pytest.mark.parametrize("number", [None, 1])
    def test_it_stands_when_a_review_of_the_same_line_denies_the_rest(
        self, number: int | None
    ) -> None:
        walk = OverTheWire()
        walk.send(infusion("A", "M1", "09:00-10:00"))
        (first,) = walk.send(claim("B", line("96367", "09:00-10:00", by=ADA), member_id="M2"))
        assert edits(first) == [PRIMARY, OVERLAP]
        (approved,) = walk.reviewed(of_b(first, line=1, edit=OVERLAP))
        (after,) = walk.reviewed(of_b(approved, APPROVE, line=number))
        assert found(after) == [f"{PRIMARY} 1 PASS", f"{OVERLAP} 1 PASS"]
        assert {f.edit_id: f.review_id for f in after.findings} == {
            PRIMARY: after.trigger_event_id,
            OVERLAP: approved.trigger_event_id,
        }

    def test_it_stands_when_a_review_of_the_claim_denies_the_rest(self) -> None:
        walk, first = overlapping(*HELD)
        (approved,) = walk.reviewed(of_b(first, line=1, edit=OVERLAP))
        (after,) = walk.reviewed(of_b(approved, DENY, **REASON))
        assert found(after) == [f"{OVERLAP} 1 PASS", f"{PRICING} 2 DENY"]
        assert [x.disposition for x in after.lines] == ["PASS", "DENY"]

    def test_a_review_without_an_edit_finds_nothing_else_to_decide(self) -> None:
        walk, first = overlapping()
        (approved,) = walk.reviewed(of_b(first))
        for number in (None, 1):
            for outcome in (DENY, UPHOLD):
                with pytest.raises(UnknownReview):
                    walk.reviewed(of_b(approved, outcome, line=number))
        (after,) = walk.reviewed(of_b(approved, DENY, edit=OVERLAP))
        assert found(after) == [f"{OVERLAP} 1 DENY"]

    def test_a_review_that_names_the_edit_decides_it_again(self) -> None:
        walk, first = overlapping(*HELD)
        (approved,) = walk.reviewed(of_b(first, line=1, edit=OVERLAP))
        (after,) = walk.reviewed(of_b(approved, DENY, line=1, edit=OVERLAP))
        assert found(after) == [f"{OVERLAP} 1 DENY", f"{PRICING} 2 PEND"]

    def test_a_cut_that_a_review_has_made_can_be_reviewed_without_the_edit(self) -> None:
        walk = OverTheWire()
        walk.send(infusion("A", "M1", "09:00-11:00"))
        two = line("96366", "09:00-11:00", by=ADA, units=2.0)
        (first,) = walk.send(claim("B", line("96365"), two, member_id="M2"))
        (cut,) = walk.reviewed(of_b(first, line=2, edit=OVERLAP, allowed_units=1.0))
        (after,) = walk.reviewed(of_b(cut, DENY))
        assert [*found(cut), *found(after)] == [f"{OVERLAP} 2 PASS", f"{OVERLAP} 2 DENY"]


def given_back(walk: OverTheWire, _: ClaimDecision) -> None:
    walk.send(voiding("A", "V", minute=30))


def approved(walk: OverTheWire, decision: ClaimDecision) -> None:
    walk.reviewed(of_b(decision, line=1, edit=OVERLAP))


def denied(walk: OverTheWire, decision: ClaimDecision) -> None:
    walk.reviewed(of_b(decision, DENY, line=1, edit=OVERLAP, review_id="denied"))


@pytest.mark.parametrize("change", [given_back, approved, denied])
class TestAnOverlapThatHasChangedSince:
    """It makes a review of the earlier decision stale as a whole, whatever else the claim has."""

    @pytest.mark.parametrize("number", [None, 1])
    @pytest.mark.parametrize("further", [[], HELD], ids=["no other finding", "held"])
    def test_a_review_of_it_changes_nothing(
        self, change: Any, further: list[str], number: int | None
    ) -> None:
        walk, first = overlapping(*further)
        change(walk, first)
        newest = walk.last()["B"]
        for outcome in (APPROVE, DENY, UPHOLD):
            with pytest.raises(StaleReview):
                walk.reviewed(of_b(first, outcome, line=number, **REASON))
        assert walk.last()["B"] == newest
        if further:
            (after,) = walk.reviewed(of_b(newest, line=2))
            assert f"{PRICING} 2 PASS" in found(after)

    def test_a_review_that_names_it_changes_nothing(self, change: Any) -> None:
        walk, first = overlapping(*HELD)
        change(walk, first)
        with pytest.raises(StaleReview):
            walk.reviewed(of_b(first, DENY, line=1, edit=OVERLAP))

    @pytest.mark.parametrize("number", [None, 2])
    def test_a_review_of_another_edit_applies(self, change: Any, number: int | None) -> None:
        walk, first = overlapping(*HELD)
        change(walk, first)
        (after,) = walk.reviewed(of_b(first, line=number, edit=PRICING))
        assert found(after) == [*found(walk.published[-2])[:-1], f"{PRICING} 2 PASS"]

    @pytest.mark.parametrize("second", [ADA, BEA], ids=["one supervisor", "two supervisors"])
    @pytest.mark.parametrize("further", [[], HELD], ids=["no other finding", "held"])
    def test_a_review_of_another_line_applies(
        self, change: Any, further: list[str], second: str
    ) -> None:
        walk, first = overlapping(*further, second=second)
        if second == ADA:
            walk, first = one_supervisor(further)
        change(walk, first)
        (after,) = walk.reviewed(of_b(first, line=2))
        assert f"{OVERLAP} 2 PASS" in found(after)


def one_supervisor(further: list[str]) -> tuple[OverTheWire, ClaimDecision]:
    """The same with both lines under one supervisor."""
    walk = OverTheWire()
    walk.send(infusion("A", "M1", "09:00-10:00"), infusion("X", "M3", "11:00-12:00"))
    timed = [line("96365", "09:00-10:00", by=ADA), line("96366", "11:00-12:00", by=ADA)]
    (first,) = walk.send(claim("B", *timed, *map(line, further), member_id="M2"))
    return walk, first


def after(walk: OverTheWire, message: Message, steps: int = 1) -> Message:
    """The only message that a message leads to after so many steps."""
    for _ in range(steps):
        assert not isinstance(message, ClaimDecision)
        (message,) = walk.step(message)
    return message


class TestReviewsThatCross:
    def test_one_of_all_lines_reaches_a_supervisor_after_the_other_is_done_there(self) -> None:
        walk, first = overlapping(second=BEA)
        of_line, of_all = [after(walk, of_b(first, line=number)) for number in (2, None)]
        to_bea = after(walk, of_line, 4)
        reopened = after(walk, of_all)
        with pytest.raises(StaleReview):
            after(walk, reopened)
        (decision,) = walk.take(to_bea)
        assert found(decision) == [f"{OVERLAP} 1 DENY", f"{OVERLAP} 2 PASS"]

    def test_one_of_all_lines_comes_back_after_the_other(self) -> None:
        walk, first = overlapping(second=BEA)
        of_line, of_all = [after(walk, of_b(first, line=number)) for number in (1, None)]
        of_line, of_all = after(walk, of_line), after(walk, of_all)
        revised = after(walk, of_line)
        with pytest.raises(StaleReview):
            after(walk, of_all)
        (decision,) = walk.take(revised)
        assert found(decision) == [f"{OVERLAP} 1 PASS", f"{OVERLAP} 2 DENY"]

    def test_time_given_back_while_the_claim_is_decided_again(self) -> None:
        walk, first = overlapping(*HELD)
        void = after(walk, walk.routed(voiding("A", "V", minute=30)))
        priced = after(walk, of_b(first, edit=PRICING))
        assert isinstance(void, SupervisedClaim)
        reopened = [each for each in walk.step(void) if isinstance(each, Reopen)]
        (decision,) = walk.take(priced)
        assert found(decision) == [f"{PRICING} 2 PASS"]
        assert walk.take(*reopened) == []
        with pytest.raises(StaleReview):
            walk.reviewed(of_b(first, DENY, line=1))
