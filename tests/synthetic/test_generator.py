"""Synthetic claims: reproducible by seed, of every kind, and uncontested on request."""

from collections import Counter, defaultdict
from itertools import islice

import pytest

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.domain.claim import REPLACEMENT, VOID, ClaimEvent, ClaimForm, LineOfBusiness
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.npi import is_npi
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.stages.pipeline import adjudicate
from stream_edits.synthetic.generator import generate
from stream_edits.synthetic.people import npi
from tests.jsonl import claim_from_json


@pytest.fixture(scope="module")
def claims() -> list[ClaimEvent]:
    return list(generate(3, 1_500))


@pytest.fixture(scope="module")
def decisions(claims: list[ClaimEvent]) -> list[ClaimDecision]:
    return list(adjudicate([(c, Source("f", 0, n)) for n, c in enumerate(claims)], load_policies()))


def test_the_same_seed_gives_the_same_claims() -> None:
    assert list(generate(5, 200)) == list(generate(5, 200))
    assert list(generate(5, 200)) != list(generate(6, 200))


def test_there_is_a_claim_for_each_requested_encounter() -> None:
    for contested in (True, False):
        assert len(list(islice(generate(7, 300, contested=contested), 300))) == 300


def test_a_longer_run_begins_as_a_shorter_one() -> None:
    assert list(islice(generate(4, 900), 200)) == list(islice(generate(4, 400), 200))


def test_event_times_go_back_only_if_re_sent(claims: list[ClaimEvent]) -> None:
    first: dict[str, ClaimEvent] = {}
    for claim in claims:
        first.setdefault(claim.event_id, claim)
    times = [claim.event_time for claim in first.values()]
    assert times == sorted(times)


def test_every_claim_can_be_written_and_read_again(claims: list[ClaimEvent]) -> None:
    assert [claim_from_json(claim_to_json(claim).encode()) for claim in claims] == claims


def test_npis_are_valid(claims: list[ClaimEvent]) -> None:
    assert all(is_npi(npi(number)) for number in range(0, 99_999_999, 999_983))
    supervisors = {line.supervisor for claim in claims for line in claim.lines}
    assert all(is_npi(supervisor) for supervisor in supervisors)


def test_every_edit_has_a_finding(decisions: list[ClaimDecision]) -> None:
    found = {finding.edit_id for decision in decisions for finding in decision.findings}
    missing = {edit.id for edit in load_policies()["6.21-P"].edits} - found
    assert not missing, f"stream_edits/synthetic/mistakes.py: add a scenario for {sorted(missing)}"


def test_there_are_claims_of_every_kind(claims: list[ClaimEvent]) -> None:
    assert {claim.claim_form for claim in claims} == set(ClaimForm)
    assert {claim.line_of_business for claim in claims} == set(LineOfBusiness)
    assert any(claim.encounter_id for claim in claims)
    assert any(len({line.service_date for line in claim.lines}) == 3 for claim in claims), "monthly"
    assert any(claim.frequency_code == VOID for claim in claims)
    assert any(len({line.supervisor for line in claim.lines}) == 2 for claim in claims)
    spans = [
        (line.start_time.date(), line.end_time.date())
        for claim in claims
        for line in claim.lines
        if line.start_time and line.end_time
    ]
    assert any(start != end for start, end in spans), "past midnight"


def test_publications_are_repeated_in_each_way(claims: list[ClaimEvent]) -> None:
    events = Counter(claim.event_id for claim in claims)
    contents = Counter((claim.claim_id, content_digest(claim)) for claim in claims)
    content_of = defaultdict(set)
    for claim in claims:
        content_of[claim.claim_id].add(content_digest(claim))
    assert max(events.values()) == 2, "the same event"
    assert sum(n > 1 for n in contents.values()) > sum(n > 1 for n in events.values())
    assert any(len(each) == 2 for each in content_of.values()), "other content, the same claim"


def test_a_replaced_claim_arrives_before_after_or_never(claims: list[ClaimEvent]) -> None:
    first: dict[str, int] = {}
    for place, claim in enumerate(claims):
        first.setdefault(claim.claim_id, place)
    found = set()
    for place, claim in enumerate(claims):
        if claim.frequency_code in (VOID, REPLACEMENT) and claim.replaces_claim_id:
            other = first.get(claim.replaces_claim_id)
            found.add("never" if other is None else "before" if other < place else "later")
    assert found == {"before", "later", "never"}


def test_each_decision_has_a_revision_of_its_own(decisions: list[ClaimDecision]) -> None:
    counted = Counter((decision.claim_id, decision.revision) for decision in decisions)
    assert max(counted.values()) == 1
    assert {decision.revision for decision in decisions} >= {1, 2}


def test_add_ons_arrive_before_their_primary_and_are_resolved(
    decisions: list[ClaimDecision],
) -> None:
    waiting = {
        decision.decision_id
        for decision in decisions
        if any(finding.edit_id == "add-on-without-primary" for finding in decision.findings)
    }
    assert any(d.supersedes in waiting and d.trigger_event_id for d in decisions)


def test_uncontested_members_share_no_supervisor() -> None:
    members = defaultdict(set)
    for claim in generate(3, 1_500, contested=False):
        for line in claim.lines:
            members[line.supervisor].add(claim.member_id)
    assert max(map(len, members.values())) == 1


def test_contested_time_is_denied_and_given_back(decisions: list[ClaimDecision]) -> None:
    denied = {
        decision.decision_id
        for decision in decisions
        if any(finding.edit_id == "simultaneous-supervision" for finding in decision.findings)
    }
    assert denied
    assert any(decision.supersedes in denied for decision in decisions)
