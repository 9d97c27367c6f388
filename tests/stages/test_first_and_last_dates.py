"""No date of service that the contract allows stops a stage."""

from datetime import date, datetime, time, timedelta

import pytest

from stream_edits.domain.claim import ClaimForm
from stream_edits.domain.decision import Disposition
from tests.build import ADA, claim, line
from tests.stages.walk import outcomes, through_stages

PASS, DENY = Disposition.PASS, Disposition.DENY


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_claim_of_that_day_is_judged_with_its_neighbours(day: date) -> None:
    a = claim(
        "A",
        line("96365", "08:00-09:00", day=day, by=ADA),
        line("96366", "09:00-09:31", day=day, by=ADA),
        encounter_id="7",
    )
    b = claim("B", line("96365", "08:30-09:30", day=day, by=ADA), member_id="M2")
    first, second = through_stages([a, b]).published
    assert outcomes(first) == {1: PASS, 2: PASS}
    assert outcomes(second) == {1: DENY}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (date.min, date.min + timedelta(days=1)),
        (date.max - timedelta(days=1), date.max),
    ],
)
def test_a_stay_may_be_the_first_or_last_one(first: date, second: date) -> None:
    before_midnight = datetime.combine(first, time(23))
    night = line("96365", start_time=before_midnight, end_time=before_midnight, day=first)
    stay = claim(
        "A",
        line("G0378", day=first, units=48.0),
        line("96374", "22:00-22:05", day=first),
        line("96376", "23:58-23:59", day=second),
        claim_form=ClaimForm.UB04,
    )
    (decision,) = through_stages([stay]).published
    assert decision.disposition is PASS
    assert len(decision.encounter_keys) == 1
    (odd,) = through_stages([claim("B", night)]).published
    assert outcomes(odd) == {1: DENY}
