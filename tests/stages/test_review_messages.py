"""What the message of a reviewed finding says (docs/spec/edits.md, Reviews)."""

import pytest

from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.review import ReviewOutcome
from stream_edits.policies.judging.own_reason import ReasonCodes
from stream_edits.stages.shared.reviews import decided
from tests.build import claim, infusion, line
from tests.stages.reviewing import DENY, UPHOLD, review
from tests.stages.wire import OverTheWire

_APPROVED, _DENIED = " A reviewer approved it.", " A reviewer denied it."


def _messages(walk: OverTheWire, first: ClaimDecision, number: int, edit: str) -> list[str]:
    """The message after each of three reviews of one finding."""
    found, newest = [], first
    for outcome in (ReviewOutcome.APPROVE, DENY, ReviewOutcome.APPROVE):
        (newest,) = walk.reviewed(review(newest, outcome, number, edit, carc="50"))
        found += [
            f.message for f in newest.findings if (f.edit_id, f.line_number) == (edit, number)
        ]
    assert walk.reviewed(review(newest, UPHOLD, number, edit)) == []
    return found


def test_it_names_the_newest_review_only() -> None:
    walk = OverTheWire()
    (first,) = walk.send(claim("A", line("96365"), line("96377")))
    own = first.findings[0].message
    messages = _messages(walk, first, 2, "by-report-pricing")
    assert messages == [own + _APPROVED, own + _DENIED, own + _APPROVED]


def test_so_does_one_that_a_supervisor_knows() -> None:
    walk = OverTheWire()
    walk.send(infusion("A", "M2", "09:00-10:00"))
    (first,) = walk.send(infusion("B", "M1", "09:30-10:30", minute=1))
    own = first.findings[0].message
    messages = _messages(walk, first, 1, "simultaneous-supervision")
    assert messages == [own + _APPROVED, own + _DENIED, own + _APPROVED]


@pytest.mark.parametrize(
    ("review_id", "said"),
    [("R0", ""), (None, _APPROVED)],
    ids=["kept with two sentences", "an edit that says so itself"],
)
def test_only_what_reviews_have_said_is_taken_away(review_id: str | None, said: str) -> None:
    walk = OverTheWire()
    (first,) = walk.send(claim("A", line("96365"), line("96377")))
    kept = f"Wrong.{said}" if review_id is None else f"Wrong.{_APPROVED}{_DENIED}"
    finding = first.findings[0]._replace(message=kept, review_id=review_id)
    after = decided(review(first, DENY, 2), finding, 1.0, ReasonCodes(None, ()))
    assert after.message == f"Wrong.{said}{_DENIED}"
