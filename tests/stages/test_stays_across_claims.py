"""A stay has all its days also for other claims, whatever its own claim bills on them
(docs/spec/edits.md, Vocabulary)."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import Disposition, RollUp
from tests.build import DAY, claim, line
from tests.stages.walk import Walk, outcomes, summaries
from tests.stages.wire import OverTheWire

PASS = Disposition.PASS
NEXT = DAY + timedelta(days=1)
# None of them is a line that is judged.
_MAKE_A_STAY = ("G0378", "85025", "99213")


@pytest.fixture(params=[Walk, OverTheWire])
def walk(request: pytest.FixtureRequest) -> Walk:
    made: Walk = request.param()
    return made


def hospital(claim_id: str, *lines: ServiceLine, **fields: Any) -> ClaimEvent:
    return claim(claim_id, *lines, claim_form=ClaimForm.UB04, **fields)


def observation(day: date = DAY, hours: float = 8) -> ServiceLine:
    return line("G0378", day=day, units=hours, revenue_code="0762")


def last_outcomes(walk: Walk, claim_id: str) -> dict[int, Disposition]:
    return outcomes([x for x in walk.published if x.claim_id == claim_id][-1])


@pytest.mark.parametrize("beside", [(), ("J7030",)])
@pytest.mark.parametrize("code", _MAKE_A_STAY)
def test_a_drug_of_another_claim_answers_on_each_day_of_a_stay(
    walk: Walk, code: str, beside: Sequence[str]
) -> None:
    lines = [observation(), line("74177"), line("96374"), line(code, day=NEXT)]
    walk.send(hospital("A", *lines, *[line(x, day=NEXT) for x in beside]))
    walk.send(hospital("B", line("J1100", day=NEXT)))
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS", "A2 PASS"]
    assert last_outcomes(walk, "A")[3] is PASS


@pytest.mark.parametrize("beside", [(), ("J7030",)])
@pytest.mark.parametrize("code", _MAKE_A_STAY)
def test_a_procedure_of_a_stay_counts_on_each_of_its_days(
    walk: Walk, code: str, beside: Sequence[str]
) -> None:
    lines = [observation(hours=30), line("74177"), line(code, day=NEXT)]
    walk.send(hospital("A", *lines, *[line(x, day=NEXT) for x in beside]))
    walk.send(hospital("B", line("96374", day=NEXT)))
    assert summaries(walk.published) == ["A1 PASS", "B1 DENY"]


def test_a_day_that_the_observation_does_not_reach_is_no_day_of_the_stay(walk: Walk) -> None:
    later = DAY + timedelta(days=2)
    walk.send(hospital("A", observation(), line("74177"), line("85025", day=later)))
    walk.send(hospital("B", line("96374", day=later)))
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS"]


def test_a_night_of_documented_times_has_its_second_day(walk: Walk) -> None:
    night = line("96374", "23:50-00:05")
    walk.send(hospital("A", night, line("74177"), line("85025", day=NEXT)))
    walk.send(hospital("B", line("J1100", day=NEXT)))
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS", "A2 PASS"]
    assert last_outcomes(walk, "A")[1] is PASS


def test_a_neighbours_primary_may_be_of_any_day_of_a_stay(walk: Walk) -> None:
    later = DAY + timedelta(days=2)
    walk.send(hospital("A", observation(hours=30), line("96365"), observation(later, 3)))
    walk.send(hospital("B", line("96366", day=later), encounter_id="7"))
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS"]


def test_the_first_day_of_a_stay_may_have_nothing_but_the_observation(walk: Walk) -> None:
    stay = hospital("A", observation(), line("96413", day=NEXT), encounter_id="7")
    walk.send(stay)
    walk.send(hospital("B", line("96374"), line("96367"), encounter_id="8"))
    assert last_outcomes(walk, "B") == {1: PASS, 2: PASS}


def test_a_stay_joins_the_claims_of_its_days_in_any_order() -> None:
    bills = [
        hospital("A", observation(), line("J7030"), line("85025", day=NEXT)),
        hospital("B", line("74177"), line("96374")),
        hospital("C", line("J1100", day=NEXT)),
    ]
    for order in permutations(bills):
        walk = Walk()
        for bill in order:
            walk.send(bill)
        assert last_outcomes(walk, "B") == {1: PASS, 2: PASS}


def test_a_day_without_a_judged_line_gets_no_finding(walk: Walk) -> None:
    twice = hospital("A", observation(), line("96365"), line("85025", day=NEXT))
    walk.send(twice)
    walk.send(hospital("B", line("85025", day=NEXT), line("J7030", day=NEXT)))
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS"]


def test_a_stay_that_is_denied_as_a_whole_keeps_its_days() -> None:
    walk = Walk(rule=RollUp.STRICT)
    lines = [observation(), line("74177"), line("96374"), line("85025", day=NEXT)]
    walk.send(hospital("A", *lines))
    walk.send(hospital("B", line("J1100", day=NEXT)))
    assert summaries(walk.published) == ["A1 DENY", "B1 PASS", "A2 PASS"]
