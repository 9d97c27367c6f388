"""Denials that a later line of the day answers (docs/spec/edits.md, Across claims).

Each test runs with both roll-ups, and with state and messages in memory and as bytes.
"""

import pytest

from stream_edits.domain.decision import Disposition, RollUp
from tests.build import DAY, OTHER_CLINIC, claim, line, replacing, voiding
from tests.stages.walk import Walk, edits, outcomes, summaries
from tests.stages.wire import OverTheWire

PASS, DENY = Disposition.PASS, Disposition.DENY
CHEMOTHERAPY = (line("96365"), line("J9271", units=200))
CONTRAST = (line("74177"), line("Q9967", units=100), line("96374"))


@pytest.fixture(params=[(kind, rule) for kind in (Walk, OverTheWire) for rule in RollUp])
def walk(request: pytest.FixtureRequest) -> Walk:
    kind, rule = request.param
    run: Walk = kind(rule)
    return run


def test_an_answered_denial_is_decided_again(walk: Walk) -> None:
    walk.send(claim("A", line("96365"), line("J9271", units=200)))
    assert edits(walk.published[0]) == ["infusion-code-for-excluded-product"]
    before = walk.published[0]
    assert summaries(walk.send(claim("B", line("96377"), documents=()))) == ["B1 PEND"]
    answer = claim("C", line("J1100"))
    sent = walk.send(answer)
    assert summaries(sent) == ["C1 PASS", "A2 PASS"]
    assert sent[1].supersedes == before.decision_id
    assert sent[1].trigger_event_id == answer.event_id
    # An answer is final, as every decision without a denial.
    assert summaries(walk.send(voiding("C", "V"))) == ["V1 PASS"]


def test_an_answer_of_another_day_or_provider_is_none(walk: Walk) -> None:
    walk.send(claim("A", line("96365"), line("J9271", units=200)))
    sent = walk.send(
        claim("B", line("J1100", day=DAY.replace(day=20))),
        claim("C", line("J1100"), billing_provider_npi=OTHER_CLINIC),
        claim("D", line("J1100"), member_id="M2"),
    )
    assert {each.claim_id for each in sent} == {"B", "C", "D"}


def test_a_push_that_was_part_of_imaging_is_answered_by_a_drug(walk: Walk) -> None:
    walk.send(claim("A", *CONTRAST))
    assert edits(walk.published[0]) == ["inherent-to-contrast-imaging"]
    sent = walk.send(claim("B", line("J1885", units=2)))
    assert summaries(sent) == ["B1 PASS", "A2 PASS"]
    assert outcomes(sent[1]) == {1: PASS, 2: PASS, 3: PASS}


def test_a_drug_that_makes_another_edit_deny_the_line_changes_the_reason(walk: Walk) -> None:
    walk.send(claim("A", line("70460")), claim("B", line("96365")))
    assert edits(walk.published[-1]) == ["inherent-to-contrast-imaging"]
    sent = walk.send(claim("C", line("J9035")))
    assert summaries(sent) == ["C1 PASS", "B2 DENY"]
    assert edits(sent[1]) == ["infusion-code-for-excluded-product"]
    assert sent[1].lines[0].recommended_code == "96413"


def test_an_answer_to_one_of_two_claims_changes_one(walk: Walk) -> None:
    walk.send(claim("A", *CHEMOTHERAPY))
    walk.send(claim("B", *CHEMOTHERAPY, member_id="M2"))
    sent = walk.send(claim("C", line("J1100"), member_id="M2"))
    assert summaries(sent) == ["C1 PASS", "B2 PASS"]


def test_a_replacement_may_bring_the_answer(walk: Walk) -> None:
    walk.send(claim("A", *CHEMOTHERAPY), claim("B", line("J9271", units=100)))
    sent = walk.send(replacing("B", "R", line("J1100")))
    assert summaries(sent) == ["R1 PASS", "A2 PASS"]
    assert sent[1].trigger_event_id == "event-R"


def test_the_denied_claim_itself_may_bring_it(walk: Walk) -> None:
    walk.send(claim("A", *CHEMOTHERAPY))
    sent = walk.send(claim("A", *CHEMOTHERAPY, line("J1100"), event="again"))
    assert summaries(sent) == ["A2 PASS"]
    assert sent[0].trigger_event_id is None


def test_the_void_of_what_made_it_wrong_answers_it(walk: Walk) -> None:
    walk.send(claim("B", line("P9016")), claim("A", line("96365")))
    assert walk.last()["A"].disposition is DENY
    sent = walk.send(voiding("B", "V"))
    assert summaries(sent) == ["V1 PASS", "A2 PASS"]


def test_the_rest_of_an_infusion_answers_its_time(walk: Walk) -> None:
    walk.send(claim("A", line("96366", "10:15-10:40")))
    assert edits(walk.published[0]) == ["documented-time-too-short"]
    sent = walk.send(claim("B", line("96365", "09:00-10:15")))
    assert summaries(sent) == ["B1 PASS", "A2 PASS"]


def test_hours_after_a_stop_answer_the_time_of_the_first_hour(walk: Walk) -> None:
    walk.send(claim("A", line("96413", "09:00-09:10")))
    assert edits(walk.published[0]) == ["documented-time-too-short"]
    sent = walk.send(claim("B", line("96415", "09:30-11:00")))
    assert summaries(sent) == ["B1 PASS", "A2 PASS"]


def test_minutes_that_another_claim_bills_answer_nothing(walk: Walk) -> None:
    """The same hour, with corrected times on a new claim: it is paid once, on the new claim."""
    walk.send(claim("A", line("96366", "10:00-10:25")))
    assert summaries(walk.send(claim("B", line("96366", "10:00-10:35")))) == ["B1 PEND"]
    sent = walk.send(claim("C", line("96365", "09:00-10:00")))
    assert summaries(sent) == ["C1 PASS", "B2 PASS"]


def test_an_infusion_without_minutes_to_spare_answers_nothing(walk: Walk) -> None:
    walk.send(claim("A", line("96366", "10:00-10:25")))
    assert summaries(walk.send(claim("B", line("96365", "09:00-10:00")))) == ["B1 PASS"]
    assert summaries(walk.send(voiding("B", "V"))) == ["V1 PASS"]
