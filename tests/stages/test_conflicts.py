"""Conflicts with a decided claim beside denials of other edits (docs/spec/edits.md, Sequence)."""

import pytest

from stream_edits.domain.decision import ClaimDecision, RollUp
from tests.build import claim, line
from tests.stages.walk import Walk, summaries
from tests.stages.wire import OverTheWire

CONFLICT = "conflicts-with-decided-claim"


@pytest.fixture(params=[Walk, OverTheWire])
def walk(request: pytest.FixtureRequest) -> Walk:
    run: Walk = request.param(RollUp.STANDARD)
    return run


def found(decision: ClaimDecision) -> dict[int | None, str]:
    """The edit of each line with a finding."""
    return {finding.line_number: finding.edit_id for finding in decision.findings}


def test_a_denied_initial_service_leaves_its_add_on_as_the_conflict(walk: Walk) -> None:
    walk.send(claim("A", line("96360")))
    sent = walk.send(claim("B", line("96374"), line("96367")))
    assert summaries(sent) == ["B1 PEND"]
    assert found(sent[0]) == {1: "initial-not-highest-ranked", 2: CONFLICT}


def test_a_short_initial_service_leaves_its_add_on_as_the_conflict(walk: Walk) -> None:
    walk.send(claim("A", line("96360")))
    sent = walk.send(claim("B", line("96365", "09:00-09:10"), line("96367", "09:10-10:10")))
    assert summaries(sent) == ["B1 PEND"]
    assert found(sent[0]) == {1: "documented-time-too-short", 2: CONFLICT}


def test_a_claim_stays_held_when_an_initial_service_comes_that_is_denied(walk: Walk) -> None:
    walk.send(claim("A", line("96360")))
    assert summaries(walk.send(claim("D", line("96367")))) == ["D1 PEND"]
    assert summaries(walk.send(claim("B", line("96374")))) == ["B1 DENY"]
    assert found(walk.last()["D"]) == {1: CONFLICT}


def test_an_add_on_that_outranks_nothing_is_not_a_conflict(walk: Walk) -> None:
    walk.send(claim("A", line("96374")))
    sent = walk.send(claim("B", line("96365", "09:00-09:10"), line("96375", "09:10-09:12")))
    assert summaries(sent) == ["B1 PASS"]
    assert found(sent[0]) == {1: "documented-time-too-short"}
