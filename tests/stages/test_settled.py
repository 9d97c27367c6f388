"""One event leaves nothing undecided: the next one finds every claim as it stands."""

from hypothesis import assume, given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import RollUp
from tests.build import DAY, claim, line
from tests.stages.infusions import histories
from tests.stages.walk import Walk, summaries


def test_the_next_event_finds_nothing_to_decide() -> None:
    walk = Walk()
    walk.send(claim("A", line("96366", "10:00-11:00")))
    walk.send(claim("B", line("96367", "12:00-12:10")))
    # The hour is not the push's, and is not long enough beside its minutes.
    before = {name: each.revision for name, each in walk.last().items()}
    assert summaries(walk.send(claim("N", line("96372"), minute=9))) == ["N1 PASS"]
    assert {name: each.revision for name, each in walk.last().items() if name != "N"} == before


def test_a_sequential_infusion_that_turns_out_a_push_releases_what_waits_for_one() -> None:
    walk = Walk()
    walk.send(claim("A", line("96375", "10:00-10:05")))
    sent = walk.send(claim("B", line("96367", "12:00-12:10")))
    assert summaries(sent) == ["B1 DENY", "A2 PASS"]


# Whether these are paid depends on what was given that day.
COUNTED = {"36000", "96523", "Z7610", "J7030", "X7700", "X7702", "J3490", "96377", "90471"}


@given(histories(most=7, members=1), st.sampled_from(RollUp))
def test_an_injection_of_the_day_changes_no_other_claim(
    history: list[ClaimEvent], rule: RollUp
) -> None:
    assume(COUNTED.isdisjoint(x.procedure_code for each in history for x in each.lines))
    walk = Walk(rule)
    walk.send(*history)
    for number in range(2):
        name, day = f"N{number}", DAY.replace(day=DAY.day + number)
        injection = line("96372", "23:00-23:01", day=day, modifiers=("RT",))
        sent = walk.send(claim(name, injection, minute=100 + number))
        assert summaries(sent) == [f"{name}1 PASS"]
