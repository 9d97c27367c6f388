"""Which of a supervisor's findings a review names: as the oracle of the supervision stage says."""

import random
from collections import Counter

from stream_edits.domain.decision import Disposition
from stream_edits.domain.messages import SupervisedReview
from stream_edits.domain.review import ReviewOutcome
from stream_edits.domain.supervisor_state import RefusedLine, SupervisorRecord
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.supervision.reviewed_times import findings_named
from tests.codec.examples import DRAFT
from tests.codec.internals import SUPERVISED
from tests.stages.plain_reviews import named_by

EDITS = ["simultaneous-supervision", "another-edit"]


def a_finding(draw: random.Random) -> RefusedLine:
    finding = DRAFT.findings[0]._replace(
        edit_id=draw.choice(EDITS),
        line_number=draw.choice([1, 2]),
        disposition=draw.choice([Disposition.PASS, Disposition.DENY]),
        allowed_units=draw.choice([None, 0.5]),
        review_id=draw.choice([None, None, "review-1"]),
    )
    return RefusedLine(finding, draw.choice([1, 2, 3]))


def a_review(draw: random.Random) -> SupervisedReview:
    return SupervisedReview(
        review_id="review-2",
        seen_revision=draw.choice([1, 2, 3]),
        line_number=draw.choice([None, 1, 2]),
        outcome=ReviewOutcome.APPROVE,
        allowed_units=draw.choice([None, 0.5, 1.5, 2.0]),
        edit_id=draw.choice([None, *EDITS]),
    )


def test_reviews_name_what_the_oracle_says() -> None:
    draw = random.Random(621)
    seen: Counter[str] = Counter()
    for _ in range(3000):
        refused = tuple(a_finding(draw) for _ in range(draw.choice([0, 1, 2, 3])))
        review = a_review(draw)
        record = SupervisorRecord((), 1, SUPERVISED, refused, "event-1")
        try:
            expected: object = named_by(review, record)
        except ReviewRefused as refusal:
            expected = type(refusal)
        try:
            found: object = findings_named(review, refused, SUPERVISED.draft)
        except ReviewRefused as refusal:
            found = type(refusal)
        assert found == expected, (review, refused)
        seen[getattr(found, "__name__", "named" if found else "none")] += 1
    assert min(seen[each] for each in ("named", "none", "StaleReview", "UnitsAboveBilled")) > 50
