"""What a review lets stand: it does not count before an earlier claim, and is not judged again."""

from datetime import timedelta

import pytest

from stream_edits.domain.decision import ClaimDecision
from tests.build import DAY, claim, line, replacing
from tests.stages.reviewing import review
from tests.stages.walk import summaries
from tests.stages.wire import OverTheWire

PRICED = ("A", line("96365"), line("96377"))
NECESSITY = ("supervision_documentation", "by_report", "medical_necessity")
MORE_UNITS = ("A", line("96365"), line("96366", units=6), line("96377"))


def of(decisions: list[ClaimDecision], claim_id: str) -> ClaimDecision:
    return next(x for x in reversed(decisions) if x.claim_id == claim_id)


def allowed(decision: ClaimDecision) -> list[float]:
    return [x.allowed_units for x in decision.lines]


@pytest.mark.parametrize("is_first", [True, False])
def test_a_second_initial_service_does_not_hold_the_first_one(is_first: bool) -> None:
    walk = OverTheWire()
    first = walk.send(claim(*PRICED))
    second = walk.send(claim("B", line("96374"), minute=1))
    assert summaries(second) == ["B1 DENY"]
    reviews = [
        review(of(first, "A"), line=2, edit="by-report-pricing"),
        review(of(second, "B"), line=1, edit="multiple-initial-codes"),
    ]
    done = [walk.reviewed(each) for each in (reviews if is_first else reversed(reviews))]
    decided = [x for each in done for x in each]
    assert sorted(summaries(decided)) == ["A2 PASS", "B2 PASS"]
    # Nor does any later event of the day.
    assert summaries(walk.send(claim("C", line("96372"), minute=5))) == ["C1 PASS"]


def test_more_units_that_a_review_allowed_take_none_from_the_earlier_claim() -> None:
    walk = OverTheWire()
    first = walk.send(claim(*MORE_UNITS))
    second = walk.send(claim("B", line("96366", units=4), minute=1, documents=NECESSITY))
    assert summaries(second) == ["B1 PEND"]
    (granted,) = walk.reviewed(review(of(second, "B"), line=1, edit="units-over-maximum"))
    assert allowed(granted) == [4]
    (priced,) = walk.reviewed(review(of(first, "A"), line=3, edit="by-report-pricing"))
    assert allowed(priced) == [1, 6, 1]


def test_a_correction_of_the_earlier_claim_takes_its_place() -> None:
    walk = OverTheWire()
    walk.send(claim("A", line("96372")))
    second = walk.send(claim("B", line("96372"), minute=1))
    assert summaries(second) == ["B1 DENY"]
    walk.reviewed(review(of(second, "B"), line=1, edit="duplicate-service"))
    corrected = walk.send(replacing("A", "C", line("96372"), line("99213"), minute=5))
    assert summaries(corrected) == ["C1 PASS"]
    assert summaries(walk.send(claim("D", line("96372"), minute=6))) == ["D1 DENY"]


def test_what_a_review_allowed_for_another_reason_still_counts_first() -> None:
    walk = OverTheWire()
    walk.send(claim("A", line("96365"), line("96377")))
    second = walk.send(claim("B", line("96366", units=5), line("96379"), minute=1))
    walk.reviewed(review(of(second, "B"), line=2, edit="by-report-pricing"))
    corrected = walk.send(
        replacing("A", "C", line("96365"), line("96366", units=6), line("96377"), minute=5)
    )
    assert allowed(of(corrected, "C")) == [1, 3, 1]


def test_an_approved_line_of_several_days_has_the_units_that_it_bills() -> None:
    walk = OverTheWire()
    days = line("96365", units=3, service_date_through=DAY + timedelta(days=2))
    (held,) = walk.send(claim("A", days))
    assert summaries([held]) == ["A1 PEND"]
    (after,) = walk.reviewed(review(held, line=1, edit="service-dates-not-itemized"))
    assert allowed(after) == [3]
    assert len(after.findings) == 1
