"""Which lines share an encounter (docs/spec/edits.md, Vocabulary), in whole runs."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from stream_edits.domain.claim import ClaimForm
from stream_edits.domain.decision import Disposition
from tests.build import CLINIC, OTHER_CLINIC, claim, line
from tests.stages.walk import SHIPPED, edits, outcomes, summaries, through_stages

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY
TUESDAY = date(2025, 1, 14)
WEDNESDAY = date(2025, 1, 15)


def test_two_days_on_one_claim_are_two_encounters() -> None:
    (sent,) = through_stages(
        [claim("A", line("96365", day=TUESDAY), line("96365", day=WEDNESDAY))]
    ).published
    assert sent.disposition is PASS
    assert sent.encounter_keys == (f"M1|{CLINIC}|2025-01-14", f"M1|{CLINIC}|2025-01-15")
    assert edits(sent) == []


def test_two_initials_of_one_day_are_one_encounter() -> None:
    (sent,) = through_stages([claim("A", line("96365"), line("96374"))]).published
    assert outcomes(sent) == {1: PASS, 2: DENY}


def test_one_encounter_number_on_two_days_is_two_encounters() -> None:
    (sent,) = through_stages(
        [
            claim(
                "A",
                line("96365", day=TUESDAY),
                line("96374", day=WEDNESDAY),
                encounter_id="account 7",
            )
        ]
    ).published
    assert sent.encounter_keys == (
        f"M1|{CLINIC}|2025-01-14#account 7",
        f"M1|{CLINIC}|2025-01-15#account 7",
    )
    assert outcomes(sent) == {1: PASS, 2: PASS}


def test_a_claim_with_an_encounter_number_and_one_without_are_two_encounters() -> None:
    sent = through_stages(
        [
            claim("A", line("96365"), encounter_id="7"),
            claim("B", line("96374")),
            claim("C", line("96374", "10:00-10:05"), encounter_id="7"),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PASS", "C1 DENY"]


def test_an_encounter_number_that_looks_like_a_date_is_not_that_date() -> None:
    sent = through_stages(
        [claim("A", line("96365"), encounter_id="2025-01-15"), claim("B", line("96374"))]
    ).published
    # In one encounter, the push would be a further initial service.
    assert summaries(sent) == ["A1 PASS", "B1 PASS"]
    assert sent[0].encounter_keys != sent[1].encounter_keys


def test_one_encounter_may_be_spread_over_several_claims() -> None:
    sent = through_stages(
        [claim("A", line("96365")), claim("B", line("96366")), claim("C", line("96367"))]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PASS", "C1 PASS"]


def test_two_billing_npis_are_two_encounters() -> None:
    sent = through_stages(
        [
            claim("A", line("96365")),
            claim("B", line("96365"), billing_provider_npi=OTHER_CLINIC),
            claim("C", line("96366"), billing_provider_npi=OTHER_CLINIC),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PASS", "C1 PASS"]


def test_an_add_on_has_no_primary_at_another_clinic() -> None:
    sent = through_stages(
        [
            claim("A", line("96365")),
            claim("B", line("96366"), billing_provider_npi=OTHER_CLINIC),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PEND"]


def test_the_clock_never_moves_a_line_to_another_day() -> None:
    (sent,) = through_stages(
        [
            claim(
                "A",
                replace(line("96365", "20:00-21:00", day=TUESDAY), service_date=WEDNESDAY),
                line("96366", "21:00-21:50", day=TUESDAY),
            )
        ]
    ).published
    assert sent.encounter_keys == (f"M1|{CLINIC}|2025-01-15", f"M1|{CLINIC}|2025-01-14")


def test_lines_that_go_on_past_midnight_are_one_encounter() -> None:
    night = claim(
        "A",
        line("96365", "23:00-00:30", day=TUESDAY),
        line("96366", "00:30-01:30", day=WEDNESDAY),
        line("96366", "01:30-02:30", day=WEDNESDAY),
    )
    (sent,) = through_stages([night]).published
    assert sent.disposition is PASS
    assert sent.encounter_keys == (f"M1|{CLINIC}|2025-01-14",)


@pytest.mark.parametrize("dated", [TUESDAY, WEDNESDAY])
@pytest.mark.parametrize(("end", "days"), [("00:00", 2), ("00:15", 1)])
def test_a_line_over_midnight_may_be_dated_on_either_day(dated: date, end: str, days: int) -> None:
    night = claim(
        "A",
        line("J1100", day=TUESDAY),
        replace(line("96374", f"23:30-{end}", day=TUESDAY), service_date=dated),
        line("J1885", day=WEDNESDAY),
    )
    (sent,) = through_stages([night]).published
    assert len(sent.encounter_keys) == days


@pytest.mark.parametrize("modifiers", [(), ("XE",)])
def test_a_line_dated_after_midnight_goes_on_from_the_later_visit(
    modifiers: tuple[str, ...],
) -> None:
    night = claim(
        "A",
        line("96365", "08:00-09:00", day=TUESDAY),
        line("96365", "21:00-22:00", day=TUESDAY, modifiers=modifiers),
        replace(line("96366", "23:30-00:30", day=TUESDAY), service_date=WEDNESDAY),
    )
    first, second = f"M1|{CLINIC}|2025-01-14", f"M1|{CLINIC}|2025-01-14+"
    keys = SHIPPED.encounter_keys(night)
    assert keys == ((first, second, second) if modifiers else (first, first, first))


@pytest.mark.parametrize(("restart", "days"), [("00:50", 1), ("00:51", 2)])
def test_a_pause_of_an_hour_over_midnight_is_still_one_encounter(restart: str, days: int) -> None:
    night = claim(
        "A",
        line("96365", "22:50-23:50", day=TUESDAY),
        line("96366", f"{restart}-01:50", day=WEDNESDAY),
    )
    (sent,) = through_stages([night]).published
    assert len(sent.encounter_keys) == days


def test_two_visits_of_a_day_stay_apart_when_both_reach_the_next_day() -> None:
    lines = [
        line("96413", "08:00-09:00", day=TUESDAY),
        line("96413", "22:00-00:35", day=TUESDAY, modifiers=("XE",)),
        line("G0378", day=TUESDAY, units=24.0),
        line("85025", day=WEDNESDAY),
    ]
    first, second = f"M1|{CLINIC}|2025-01-14", f"M1|{CLINIC}|2025-01-14+"
    for order in permutations(lines):
        bill = claim("A", *order, claim_form=ClaimForm.UB04)
        (sent,) = through_stages([bill]).published
        assert set(sent.encounter_keys) == {first, second}
        assert "multiple-initial-codes" not in edits(sent)
    # One visit of a day goes on as before.
    night = claim("A", *lines[1:], claim_form=ClaimForm.UB04)
    (sent,) = through_stages([night]).published
    assert set(sent.encounter_keys) == {first, second}


def test_midnight_joins_lines_of_one_claim_only() -> None:
    sent = through_stages(
        [
            claim("A", line("96365", "23:00-00:30", day=TUESDAY)),
            claim("B", line("96366", "00:30-01:30", day=WEDNESDAY)),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 PEND"]


def test_a_pend_in_two_encounters_is_resolved_line_by_line() -> None:
    walk = through_stages(
        [
            claim("A", line("96366", day=TUESDAY), line("96366", day=WEDNESDAY)),
            claim("B", line("96365", day=TUESDAY)),
            claim("C", line("96365", day=WEDNESDAY)),
        ]
    )
    assert summaries(walk.published) == [
        "A1 PEND",
        "B1 PASS",
        "A2 PEND",
        "C1 PASS",
        "A3 PASS",
    ]
    assert outcomes(walk.published[2]) == {1: PASS, 2: PEND}


def test_lines_are_ordered_by_number_and_not_by_position() -> None:
    (sent,) = through_stages(
        [
            claim(
                "A",
                line("96366", number=3, units=6),
                line("96366", number=2, units=6, modifiers=("76",)),
                line("96365", number=1),
            )
        ]
    ).published
    assert [(each.line_number, each.allowed_units) for each in sent.lines] == [
        (3, 2),
        (2, 6),
        (1, 1),
    ]


def test_a_duplicate_is_found_under_another_encounter_number_by_its_times() -> None:
    sent = through_stages(
        [
            claim("A", line("96365", "09:00-10:00"), encounter_id="7"),
            claim("B", line("96365", "09:00-10:00"), encounter_id="8"),
            claim("C", line("96365"), encounter_id="9"),
            claim("D", line("96365"), encounter_id="10"),
        ]
    ).published
    assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 PASS", "D1 PASS"]
    assert edits(sent[1]) == ["duplicate-service"]
