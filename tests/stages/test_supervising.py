"""The edit simultaneous-supervision, and the hops of a claim (6.21-P IV.B.6)."""

import pytest

from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp
from tests.build import ADA, BEA, CLEO, DAY, claim, infusion, line
from tests.stages.walk import Walk, edits, hops, outcomes, summaries, through_stages

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY


@pytest.mark.parametrize(
    ("at", "disposition"),
    [
        ("09:00-10:00", DENY),
        ("09:59-10:30", DENY),
        ("10:00-11:00", PASS),
        ("08:00-09:00", PASS),
        ("08:00-09:01", DENY),
        ("09:20-09:40", DENY),
        ("08:00-12:00", DENY),
    ],
)
def test_times_that_overlap_are_denied_and_touching_ends_are_not(
    at: str, disposition: Disposition
) -> None:
    sent = through_stages([infusion("A", "M1", "09:00-10:00"), infusion("B", "M2", at)]).published
    assert [each.disposition for each in sent] == [PASS, disposition]
    if disposition is DENY:
        assert edits(sent[1]) == ["simultaneous-supervision"]
        assert sent[1].findings[0].related_claim_ids == ("A",)
        assert "M1" not in sent[1].findings[0].message


def test_claims_of_the_same_member_do_not_compete() -> None:
    sent = through_stages(
        [
            claim("A", line("96365", "09:00-10:00", by=ADA)),
            claim("B", line("96366", "09:30-10:31", by=ADA)),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PASS"]


def test_other_supervisors_other_codes_and_lines_without_times_do_not_compete() -> None:
    others = [
        infusion("B", "M2", "09:00-10:00", by=BEA),
        claim("C", line("96374", "09:00-09:10", by=ADA), member_id="M3"),
        claim("D", line("96365", by=ADA), member_id="M4"),
    ]
    sent = through_stages([infusion("A", "M1", "09:00-10:00"), *others]).published
    assert {each.disposition for each in sent} == {PASS}


def test_the_rendering_provider_is_the_supervisor_if_none_is_named() -> None:
    rendering = line("96365", "09:00-10:00", rendering_provider_npi=ADA)
    sent = through_stages(
        [infusion("A", "M1", "09:00-10:00"), claim("B", rendering, member_id="M2")]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 DENY"]


def test_a_denied_line_occupies_no_time_and_a_pend_line_does() -> None:
    denied = claim("A", line("96365", "09:00-10:00", by=ADA, place_of_service="12"))
    pended = infusion("B", "M2", "09:00-10:00", documents=())
    sent = through_stages([denied, pended, infusion("C", "M3", "09:00-10:00")]).published
    assert summaries(sent) == ["A1 DENY", "B1 PEND", "C1 DENY"]


@pytest.mark.parametrize("rule", RollUp)
def test_a_claim_denied_as_a_whole_occupies_no_time(rule: RollUp) -> None:
    faulty = infusion("A", "M1", "09:00-10:00", diagnosis_codes=())
    denied = claim("B", line("96365", "12:00-13:00", by=ADA), line("96366", place_of_service="12"))
    walk = through_stages([faulty, denied], rule=rule)
    kept = [(slot.claim_id, slot.occupies_time) for slot in walk.day(ADA, DAY)]
    assert kept == ([("B", True)] if rule is RollUp.STANDARD else [])


def test_a_line_denied_for_overlap_occupies_no_time() -> None:
    sent = through_stages(
        [
            infusion("A", "M1", "09:00-10:00"),
            infusion("B", "M2", "09:30-11:00"),
            infusion("C", "M3", "10:00-11:00"),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 PASS"]


def test_time_across_midnight_is_found_on_both_days() -> None:
    sent = through_stages(
        [
            claim("A", line("96365", "23:00-01:00", by=ADA)),
            infusion("B", "M2", "23:30-23:50"),
            claim(
                "C",
                line("96365", "00:10-00:40", by=ADA, day=DAY.replace(day=16)),
                member_id="M3",
            ),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 DENY"]


def test_a_line_denied_for_supervision_stays_active_in_its_encounter() -> None:
    sent = through_stages(
        [
            infusion("A", "M1", "09:00-10:00"),
            infusion("B", "M2", "09:00-10:00"),
            claim("C", line("96366"), member_id="M2"),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 PASS"]


def test_hops_are_in_ascending_order() -> None:
    walk = Walk()
    several = claim(
        "A",
        line("96365", "09:00-10:00", by=CLEO),
        line("96366", "10:00-11:00", by=ADA),
        line("96366", "11:00-12:00", by=BEA, modifiers=("76",)),
    )
    (decision,) = walk.send(several)
    assert hops(walk.sent) == [(ADA, BEA, CLEO), (BEA, CLEO), (CLEO,)]
    assert decision.disposition is PASS


def test_findings_of_all_hops_are_collected() -> None:
    walk = through_stages(
        [
            infusion("X", "M7", "09:00-10:00", by=ADA),
            infusion("Y", "M8", "10:00-11:00", by=BEA),
            claim(
                "A",
                line("96365", "09:00-10:00", by=ADA),
                line("96366", "10:00-11:00", by=BEA),
                line("96372"),
            ),
        ]
    )
    decision = walk.last()["A"]
    assert outcomes(decision) == {1: DENY, 2: DENY, 3: PASS}
    assert [f.related_claim_ids for f in decision.findings] == [("X",), ("Y",)]
    assert decision.disposition is PASS


def test_the_strict_roll_up_includes_supervision() -> None:
    claims = [
        infusion("X", "M7", "09:00-10:00"),
        claim("A", line("96365", "09:00-10:00", by=ADA), line("96372")),
    ]
    assert through_stages(claims).last()["A"].disposition is PASS
    assert through_stages(claims, rule=RollUp.STRICT).last()["A"].disposition is DENY


def test_a_claim_without_supervised_time_has_no_hops() -> None:
    walk = Walk()
    (sent,) = walk.step(walk.routed(claim("A", line("96365"))))
    assert isinstance(sent, ClaimDecision)
