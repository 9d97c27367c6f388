"""Replacements, voids, withdrawn claims, re-sent events (docs/spec/edits.md, Across claims)."""

import pytest

from stream_edits.domain.claim import LineOfBusiness
from stream_edits.domain.decision import Disposition
from stream_edits.domain.member_state import ClaimStatus
from tests.build import DAY, claim, line, replacing, voiding
from tests.stages.walk import Walk, edits, outcomes, summaries, through_stages

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY


def status(walk: Walk, claim_id: str) -> ClaimStatus | None:
    record = walk.members.claim("M1", claim_id)
    return record and record.status


def test_a_replacement_withdraws_the_old_claim_and_then_is_decided() -> None:
    walk = Walk()
    sent = walk.send(
        claim("A", line("96365"), line("96366", units=8)),
        replacing("A", "B", line("96365"), line("96366", units=8)),
    )
    assert summaries(sent) == ["A1 PASS", "B1 PASS"]
    assert edits(sent[1]) == []
    assert status(walk, "A") is ClaimStatus.WITHDRAWN


def test_a_replacement_takes_over_the_arrival_of_the_claim_it_replaces() -> None:
    # The replacement of A arrives last, but it comes before B, which arrived after A.
    walk = Walk()
    walk.send(
        claim("A", line("96372"), documents=()),
        claim("B", line("96374", modifiers=("76",)), line("96372", units=2), documents=()),
    )
    last = walk.send(replacing("A", "C", line("96374"), documents=()))
    assert summaries(last) == ["C1 PEND", "B2 PEND"]
    assert "multiple-initial-codes" not in edits(last[0])
    assert outcomes(last[1]) == {1: DENY, 2: PEND}
    surplus = [f for f in last[1].findings if f.edit_id == "multiple-initial-codes"]
    assert [f.related_claim_ids for f in surplus] == [("C",)]


def test_the_replaced_claim_gets_no_new_decision() -> None:
    walk = through_stages([claim("A", line("96366")), replacing("A", "B", line("96365"))])
    assert summaries(walk.published) == ["A1 PEND", "B1 PASS"]


def test_a_void_withdraws_lines_and_passes() -> None:
    walk = Walk()
    sent = walk.send(
        claim("A", line("96365"), line("96366", units=8)),
        voiding("A", "V"),
        claim("B", line("96365"), line("96366", units=8)),
    )
    assert summaries(sent) == ["A1 PASS", "V1 PASS", "B1 PASS"]
    assert edits(sent[1]) == edits(sent[2]) == []
    assert outcomes(sent[1]) == {1: PASS}
    assert walk.sharing(sent[0].encounter_keys[0]) == ["B"]


def test_a_void_decides_open_claims_again() -> None:
    # Without A, the add-on of B has no primary.
    pending = claim("B", line("96366"), documents=())
    sent = through_stages([claim("A", line("96365")), pending, voiding("A", "V")]).published
    assert summaries(sent) == ["A1 PASS", "B1 PEND", "V1 PASS", "B2 PEND"]
    assert "add-on-without-primary" not in edits(sent[1])
    assert "add-on-without-primary" in edits(sent[3])


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_claim_withdrawn_before_it_arrives_has_no_effect(frequency: str) -> None:
    walk = Walk()
    first = walk.send(
        claim("B", line("96365"), frequency_code=frequency, replaces_claim_id="A"),
    )
    late = walk.send(claim("A", line("96365")), claim("C", line("96365")))
    assert summaries(first) == ["B1 PASS"]
    assert edits(late[0]) == ["already-replaced"]
    assert late[0].disposition is PASS
    assert outcomes(late[0]) == {1: PASS}
    assert edits(late[1]) == (["duplicate-service"] if frequency == "7" else [])


def test_a_claim_withdrawn_before_it_arrives_has_no_effect_in_later_events() -> None:
    walk = Walk()
    walk.send(voiding("A", "V"))
    sent = walk.send(
        claim("A", line("96366"), event="one"),
        claim("A", line("96365"), event="two"),
    )
    assert summaries(sent) == ["A1 PASS", "A2 PASS"]
    assert [edits(each) for each in sent] == [["already-replaced"]] * 2
    assert sent[1].supersedes == sent[0].decision_id


def test_a_claim_that_intake_decided_is_never_seen_by_its_replacement() -> None:
    walk = Walk()
    sent = walk.send(
        claim("A", line("99213")),
        replacing("A", "B", line("96365")),
    )
    assert summaries(sent) == ["A1 PASS", "B1 PASS"]
    assert not sent[0].applicable
    assert sent[1].applicable


def test_a_replacement_without_a_governed_code_still_withdraws() -> None:
    walk = through_stages(
        [
            claim("A", line("96365")),
            replacing("A", "B", line("99213")),
            claim("C", line("96365")),
        ]
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS", "C1 PASS"]
    assert [each.applicable for each in walk.published] == [True, False, True]


def test_another_line_of_business_withdraws_nothing() -> None:
    walk = through_stages(
        [
            claim("A", line("96365")),
            replacing("A", "B", line("96365"), line_of_business=LineOfBusiness.MEDICARE),
            claim("C", line("96365")),
        ]
    )
    assert edits(walk.published[2]) == ["duplicate-service"]


def test_claims_of_two_members_never_replace_each_other() -> None:
    walk = through_stages(
        [
            claim("A", line("96365")),
            replacing("A", "B", line("96365"), member_id="M2"),
            claim("C", line("96365")),
        ]
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS", "C1 DENY"]


def test_the_same_id_with_other_content_replaces_itself() -> None:
    sent = through_stages(
        [
            claim("A", line("96365"), line("96366", units=8)),
            claim("A", line("96365"), line("96366", units=7), event="again", minute=5),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "A2 PASS"]
    assert sent[1].supersedes == sent[0].decision_id
    assert sent[1].trigger_event_id is None
    assert sent[1].event_id == "again"
    assert edits(sent[1]) == []


def test_a_replacement_of_a_replacement_keeps_the_first_arrival() -> None:
    push = line("96374", modifiers=("76",))
    last = through_stages(
        [
            claim("A", line("96372"), documents=()),
            claim("X", push, line("96372", units=2), documents=()),
            replacing("A", "B", line("96372", units=3), documents=()),
            replacing("B", "C", line("96374"), documents=()),
        ]
    ).last()
    assert "multiple-initial-codes" not in edits(last["C"])
    assert "multiple-initial-codes" in edits(last["X"])


@pytest.mark.parametrize("again", ["same event", "same content"])
def test_an_event_sent_again_changes_nothing(again: str) -> None:
    walk = Walk()
    first = claim("A", line("96366"))
    walk.send(first)
    kept = walk.members.claim("M1", "A")
    if again == "same event":
        repeated = claim("A", line("96365"), event="event-A")
    else:
        repeated = claim("A", line("96366"), event="other", minute=9)
    assert walk.send(repeated) == []
    assert walk.members.claim("M1", "A") == kept


def test_intake_is_stateless_and_repeats_its_decision() -> None:
    walk = Walk()
    one, other = walk.send(claim("A", line("99213")), claim("A", line("99213")))
    assert one == other


def test_a_claim_that_moves_to_another_day_leaves_its_add_ons_without_primary() -> None:
    moved = claim("A", line("96365", day=DAY.replace(day=20)), event="moved")
    sent = through_stages(
        [claim("A", line("96365")), claim("B", line("96366"), documents=()), moved]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PEND", "A2 PASS", "B2 PEND"]
    assert "add-on-without-primary" in edits(sent[3])


def test_earlier_content_in_a_new_event_is_a_replacement_too() -> None:
    one, other = line("96365"), line("96365", units=2)
    sent = through_stages(
        [claim("A", one, event="1"), claim("A", other, event="2"), claim("A", one, event="3")]
    ).published
    assert summaries(sent) == ["A1 PASS", "A2 PASS", "A3 PASS"]
    assert [each.lines[0].allowed_units for each in sent] == [1, 1, 1]
    assert [edits(each) for each in sent] == [[], ["multiple-initial-codes"], []]


def test_a_replacement_that_names_itself_is_its_own_replacement() -> None:
    sent = through_stages(
        [claim("A", line("96365")), replacing("A", "A", line("96365"), event="2")]
    ).published
    assert summaries(sent) == ["A1 PASS", "A2 PASS"]


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replacement_without_a_claim_id_is_denied_and_withdraws_nothing(frequency: str) -> None:
    sent = through_stages(
        [
            claim("A", line("96365")),
            claim("B", line("96365"), frequency_code=frequency),
            claim("C", line("96365")),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 DENY"]
    assert edits(sent[1]) == ["incomplete-claim-form"]
    assert edits(sent[2]) == ["duplicate-service"]


def test_any_other_frequency_counts_as_an_original() -> None:
    sent = through_stages(
        [
            claim("A", line("96365")),
            claim("B", line("96365"), frequency_code="5", replaces_claim_id="A"),
        ]
    ).published
    assert edits(sent[1]) == ["duplicate-service"]
