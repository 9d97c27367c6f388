"""Revisions and their causes, the other claims as they stood, and the values that were read."""

import json
from datetime import timedelta

import pytest

from stream_edits.domain.decision import Disposition, Source
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.explain.account import NotExplained, RevisionCause
from stream_edits.explain.as_json import as_json
from stream_edits.explain.as_text import as_text, value_in_a_line
from stream_edits.explain.clock import drawings
from tests.build import DAY, PUBLISHED, claim, infusion, line
from tests.explain.told import told
from tests.remedies.counting import history_of
from tests.stages.reviewing import review

DRUG = line("J1745", units=4.0)


def test_the_causes_of_revisions_and_the_claims_beside() -> None:
    first = claim("A", line("96366"), DRUG)
    second = claim("B", line("96365"), minute=1)
    account = told("A", first, second)
    one, two = account.revisions
    assert (one.cause, one.event_id, one.others) == (RevisionCause.CLAIM, "event-A", ())
    assert (two.cause, two.event_id, two.cause_claim_id) == (
        RevisionCause.OTHER_CLAIM,
        "event-B",
        "B",
    )
    assert [(x.claim_id, x.disposition) for x in two.others] == [("B", Disposition.PASS)]
    assert [x.decision.disposition for x in account.revisions] == ["PEND", "PASS"]
    assert account.answers == ()
    assert "because claim B came or changed (event event-B)" in as_text(account)


def test_a_review_is_a_cause() -> None:
    held = claim("A", line("96377"), DRUG)
    seen = history_of([held]).newest["A"]
    review = ReviewEvent(
        review_id="R1",
        event_time=PUBLISHED + timedelta(hours=1),
        member_id="M1",
        claim_id="A",
        decision_id=seen.decision_id,
        outcome=ReviewOutcome.APPROVE,
        reason_code="ok",
        reviewer="desk",
    )
    account = told("A", held, review)
    assert [x.cause for x in account.revisions] == [RevisionCause.CLAIM, RevisionCause.REVIEW]
    assert account.revisions[-1].event_id == "R1"


def test_another_patients_claim_is_not_named_as_a_cause() -> None:
    first = infusion("A", "M1", "09:00-10:00")
    second = infusion("B", "M2", "09:30-10:30", minute=1)
    void = claim(
        "C",
        line("96365"),
        member_id="M1",
        frequency_code="8",
        replaces_claim_id="A",
        minute=2,
    )
    account = told("B", first, second, void)
    assert [x.decision.disposition for x in account.revisions] == ["DENY", "PASS"]
    last = account.revisions[-1]
    assert (last.cause, last.cause_claim_id, last.replaced) == (
        RevisionCause.OTHER_CLAIM,
        None,
        None,
    )
    assert "M1" not in as_text(account)


def test_the_values_that_were_read() -> None:
    account = told("A", claim("A", line("96365"), line("96361", units=9.0), DRUG))
    (paragraph,) = [x for x in account.paragraphs if x.edit_id == "units-over-maximum"]
    assert paragraph.text.startswith("The maximum number of allowable units")
    values = {(x.name, x.entry): x for x in paragraph.values}
    maximum = values["maximum_units", "96361"]
    assert (maximum.value, str(maximum.since)) == ("8", "2024-12-03")
    assert maximum.reference.startswith("6.21-P (rev. 2024-12-03) IV.B.3")
    assert value_in_a_line(maximum).startswith('maximum_units["96361"] = 8 (from 2024-12-03; ')
    # The outcome that the finding has, and not the one of a review.
    assert ("excess", None) in values
    assert ("review", None) not in values
    shared = next(x for x in account.paragraphs if x.edit_id == "vocabulary")
    assert ("administration", "96361") in {(x.name, x.entry) for x in shared.values}


def test_json_has_all_of_it() -> None:
    account = told("A", claim("A", line("96366"), DRUG))
    out = json.loads(as_json(account))
    assert (out["claim_id"], out["disposition"], out["waits_for"]) == ("A", "PEND", "CLAIM")
    assert out["due_by"]
    (answer,) = out["lines"]
    assert (answer["line_number"], answer["answer"]) == (1, "REMEDY")
    (change,) = answer["remedy"]["changes"]
    assert change == {
        "kind": "send_claim",
        "claim_id": "A",
        "line_number": 1,
        "value": "96365",
        "if_recorded": True,
    }
    assert out["revisions"][0]["cause"] == {
        "kind": "CLAIM",
        "event_id": "event-A",
        "claim_id": None,
    }
    assert out["paragraphs"][0]["values"]


def test_overlaps_gaps_and_other_patients_are_drawn_without_a_name() -> None:
    own = claim(
        "A",
        line("96365", "09:00-10:00", by="1000000004"),
        line("96361", "09:30-10:30", by="1000000004"),
        line("96366", "11:00-12:00", by="1000000004"),
        DRUG,
    )
    other = infusion("B", "M2", "11:30-12:30", minute=1)
    (drawing,) = drawings(told("A", own, other))
    assert drawing.day == DAY
    assert [bar.kind for bar in drawing.bars] == ["own", "own", "own", "patient"]
    assert [(x.times, x.left) for x in drawing.gaps] == [("10:30 to 11:00", 50.0)]
    assert drawing.has_overlaps
    assert [[each.text.partition(".")[0] for each in bar.overlaps] for bar in drawing.bars] == [
        ["30 minutes at the same time as line 2, 96361 x 1"],
        ["30 minutes at the same time as line 1, 96365 x 1"],
        ["30 minutes at the same time as another patient of the supervisor"],
        # Nothing is said about another patient.
        [""],
    ]
    assert drawing.bars[-1].span.text == "Another patient of the supervisor"
    assert [tick.text for tick in drawing.ticks] == ["09:00", "10:00", "11:00", "12:00"]
    assert drawing.untimed == ("Line 4, J1745 x 4",)


def test_a_claim_without_a_decision_is_refused() -> None:
    with pytest.raises(NotExplained):
        told("Z", claim("A", line("96365")))


@pytest.mark.parametrize(
    "known", [1, 2], ids=["the review came too late", "the review came in time"]
)
def test_only_what_was_published_is_told_as_a_revision(known: int) -> None:
    # The topics do not say which of a review and a void the stages met first.
    held = claim("A", line("96377"), DRUG)
    run = history_of([held])
    answer = review(run.newest["A"])
    every = [run.newest["A"], *run.take(answer, Source("reviews", 0, 0)).decisions]
    account = told("A", held, answer, published=every[:known])
    assert [x.decision for x in account.revisions] == every[:known]
    assert account.decision == every[known - 1]
    assert account.is_proven is (known == len(every))


def test_an_early_revision_that_has_left_the_topics_is_still_told() -> None:
    first = claim("A", line("96366"), DRUG)
    second = claim("B", line("96365"), minute=1)
    run = history_of([first, second])
    account = told("A", first, second, published=[run.newest["A"]])
    assert [x.decision.revision for x in account.revisions] == [1, 2]
