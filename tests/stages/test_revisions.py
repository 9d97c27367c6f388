"""Revisions: resolved PEND claims, final decisions, and the cause of a decision."""

from datetime import timedelta
from itertools import permutations

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, RollUp, decision_id
from stream_edits.domain.member_state import ClaimStatus
from tests.build import claim, line, replacing
from tests.stages.walk import Walk, edits, outcomes, summaries, through_stages

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY


def test_a_later_claim_resolves_a_pend_and_is_named_as_trigger() -> None:
    primary = claim("B", line("96365"), minute=7)
    waiting, passed, healed = through_stages([claim("A", line("96366")), primary]).published
    assert summaries([waiting, passed, healed]) == ["A1 PEND", "B1 PASS", "A2 PASS"]
    assert healed.supersedes == waiting.decision_id
    assert healed.trigger_event_id == primary.event_id
    assert healed.event_id == waiting.event_id == "event-A"
    assert healed.decided_at == passed.decided_at == primary.event_time
    assert waiting.decided_at == primary.event_time - timedelta(minutes=7)
    assert passed.trigger_event_id is None
    assert healed.source == waiting.source
    assert [each.supersedes for each in (waiting, passed)] == [None, None]


def test_decision_ids_are_unique_and_reproducible() -> None:
    claims = [claim("A", line("96366")), claim("B", line("96365"))]
    one, other = through_stages(claims).published, through_stages(claims).published
    assert one == other
    assert len({each.decision_id for each in one}) == 3
    assert one[2].decision_id == decision_id("A", "event-A", 2, "2024-12-03")


def test_a_pend_with_the_same_outcome_is_not_published_again() -> None:
    sent = through_stages(
        [claim("A", line("96366"), line("96370")), claim("B", line("96372"))]
    ).published
    assert summaries(sent) == ["A1 PEND", "B1 PASS"]


def test_a_pend_with_another_reason_is_published_again() -> None:
    sent = through_stages(
        [claim("A", line("96366"), documents=()), claim("B", line("96365"))]
    ).published
    assert summaries(sent) == ["A1 PEND", "B1 PASS", "A2 PEND"]
    assert "add-on-without-primary" in edits(sent[0])
    assert "add-on-without-primary" not in edits(sent[2])


@pytest.mark.parametrize("later", ["96413", "96415", "96417"])
def test_a_decided_claim_stays_decided(later: str) -> None:
    walk = Walk()
    walk.send(claim("A", line("96365")), claim("D", line("96374"), line("96372")))
    kept = [walk.members.claim("M1", each) for each in ("A", "D")]
    sent = walk.send(claim("B", line(later), line("96409")))
    assert {each.claim_id for each in sent} == {"B"}
    assert [walk.members.claim("M1", each) for each in ("A", "D")] == kept


def test_a_conflict_with_a_decided_claim_is_pend_until_its_replacement() -> None:
    sent = through_stages(
        [
            claim("A", line("96365")),
            claim("B", line("96413")),
            replacing("A", "C", line("96367")),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PEND", "C1 PASS", "B2 PASS"]
    assert edits(sent[1]) == ["conflicts-with-decided-claim"]
    assert sent[1].findings[0].related_claim_ids == ("A",)


def test_the_higher_ranked_initial_service_of_two_open_claims_is_accepted() -> None:
    sent = through_stages(
        [claim("A", line("96365"), documents=()), claim("B", line("96413"))]
    ).published
    assert summaries(sent) == ["A1 PEND", "B1 PASS", "A2 DENY"]
    assert edits(sent[2])[-1] == "multiple-initial-codes"
    assert sent[2].lines[0].recommended_code == "96367"


def test_a_line_denied_only_as_a_wrong_initial_is_still_a_primary() -> None:
    sent = through_stages(
        [
            claim("A", line("96413"), line("96365")),
            claim("B", line("96366")),
        ]
    ).published
    assert outcomes(sent[0]) == {1: PASS, 2: DENY}
    assert summaries(sent)[1] == "B1 PASS"


def test_a_line_denied_for_another_reason_is_not_a_primary() -> None:
    sent = through_stages(
        [claim("A", line("96365", place_of_service="12"), line("96372")), claim("B", line("96366"))]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PEND"]


def pended_encounter() -> list[ClaimEvent]:
    """Claims of one encounter, each of which stays open until the last one has arrived."""
    return [
        claim("A", line("96366", units=6), line("96361", units=2), minute=1),
        claim("B", line("96366", units=4), line("96375", units=2), minute=2),
        claim("C", line("96365"), line("96372"), documents=("by_report",), minute=3),
    ]


def test_open_lines_get_the_same_result_in_any_order_of_arrival() -> None:
    ends = [
        {each.claim_id: outcomes(each) for each in through_stages(order).last().values()}
        for order in permutations(pended_encounter())
    ]
    assert all(end == ends[0] for end in ends)


def test_a_header_fault_leaves_only_the_claim_s_id() -> None:
    walk = Walk()
    faulty = claim("A", line("96365"), line("96366", units=8), diagnosis_codes=())
    (denied,) = walk.send(faulty)
    record = walk.members.claim("M1", "A")
    assert record is not None
    assert (record.status, record.lines, record.claim) == (ClaimStatus.DECIDED, (), None)
    assert outcomes(denied) == {1: PASS, 2: PASS}
    assert denied.disposition is DENY
    assert walk.sharing(denied.encounter_keys[0]) == []
    assert summaries(walk.send(claim("B", line("96365")), claim("C", line("96366", units=8)))) == [
        "B1 PASS",
        "C1 PASS",
    ]


def test_a_replacement_with_a_header_fault_withdraws_nothing() -> None:
    sent = through_stages(
        [
            claim("A", line("96365")),
            replacing("A", "B", line("96365"), diagnosis_codes=()),
            claim("C", line("96365")),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 DENY"]


def test_a_line_fault_affects_only_its_line() -> None:
    (sent,) = through_stages([claim("A", line("96365"), line("96366", units=0))]).published
    assert outcomes(sent) == {1: PASS, 2: DENY}
    assert sent.disposition is PASS


class TestStrictRollUp:
    """One denied line denies the claim, and its other lines become inactive."""

    def test_one_denied_line_denies_the_claim(self) -> None:
        claims = [claim("A", line("96365"), line("96374"))]
        assert summaries(through_stages(claims).published) == ["A1 PASS"]
        assert summaries(through_stages(claims, rule=RollUp.STRICT).published) == ["A1 DENY"]

    def test_the_lines_of_a_claim_denied_whole_are_not_primaries(self) -> None:
        claims = [claim("A", line("96365"), line("96374")), claim("B", line("96366"))]
        assert summaries(through_stages(claims).published) == ["A1 PASS", "B1 PASS"]
        strict = through_stages(claims, rule=RollUp.STRICT)
        assert summaries(strict.published) == ["A1 DENY", "B1 PEND"]

    def test_open_claims_are_judged_without_the_one_denied_whole(self) -> None:
        claims = [
            claim("A", line("96366", units=6), documents=("by_report",)),
            claim("B", line("96365"), line("96374"), line("96366", units=6)),
        ]
        strict = through_stages(claims, rule=RollUp.STRICT)
        assert summaries(strict.published) == ["A1 PEND", "B1 DENY"]
        assert "add-on-without-primary" in edits(strict.last()["A"])
