"""Regression tests for bugs found earlier, each with similar cases that were right."""

import gc

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from tests.build import CLINIC, OTHER_CLINIC, claim, line
from tests.stages.walk import SHIPPED, SOURCE, Walk, edits


def twice(member_id: str, second_npi: str) -> ClaimDecision:
    """The decision on the second of two claims of one service."""
    walk = Walk()
    walk.send(claim("A", line("96372"), member_id=member_id))
    (second,) = walk.send(
        claim("B", line("96372"), member_id=member_id, billing_provider_npi=second_npi)
    )
    return second


@pytest.mark.parametrize("member_id", ["M1", "M|1", "|", "a|b|c", f"M|{CLINIC}", "M#1"])
def test_a_separator_in_the_member_id_causes_no_duplicate(member_id: str) -> None:
    assert "duplicate-service" not in edits(twice(member_id, OTHER_CLINIC))
    assert "duplicate-service" in edits(twice(member_id, CLINIC))


def open_claims() -> int:
    gc.collect()
    return sum(isinstance(each, ClaimEvent) for each in gc.get_objects())


def test_a_run_keeps_no_content_of_decided_claims() -> None:
    before = open_claims()
    run = Pipeline(DecisionBuilder(SHIPPED, Walk().builder.rule, "test"))
    for number in range(50):
        list(run.decide(claim(f"A{number}", line("96366"), member_id=f"M{number}"), SOURCE))
    assert open_claims() - before == 50
    for number in range(50):
        published = list(
            run.decide(claim(f"B{number}", line("96365"), member_id=f"M{number}"), SOURCE)
        )
        assert [each.disposition for each in published] == [Disposition.PASS] * 2
    del published
    assert open_claims() - before == 0


@pytest.mark.parametrize(
    ("needed", "minutes", "units"),
    [
        (TimeNeeded(at_least=31, each_further_unit=60), 30, 0),
        (TimeNeeded(at_least=31, each_further_unit=60), 31, 1),
        (TimeNeeded(at_least=31, each_further_unit=60), 90.5, 1),
        (TimeNeeded(at_least=31, each_further_unit=60), 91, 2),
        (TimeNeeded(more_than=480, each_further_unit=60), 480, 0),
        (TimeNeeded(more_than=480, each_further_unit=60), 480.5, 1),
        (TimeNeeded(more_than=480, each_further_unit=60), 540, 1),
        (TimeNeeded(more_than=480, each_further_unit=60), 540.5, 2),
        (TimeNeeded(more_than=480, each_further_unit=60), 600, 2),
        (TimeNeeded(more_than=480), 480, 0),
        (TimeNeeded(more_than=480), 481, float("inf")),
        (TimeNeeded(at_least=0, each_further_unit=15), 0, 1),
    ],
)
def test_supported_units_match_the_message(
    needed: TimeNeeded, minutes: float, units: float
) -> None:
    assert needed.supported_units(minutes) == units


@pytest.mark.parametrize("qualifier", ["N4", " N4", "N4 ", "  N4  "])
@pytest.mark.parametrize(
    ("ndc", "lacks"),
    [
        ("123", "with an NDC that does not have 11 digits"),
        (" 123 ", "with an NDC that does not have 11 digits"),
        ("   ", "without an NDC"),
        (None, "without an NDC"),
    ],
)
def test_blanks_around_the_qualifier_or_the_ndc_do_not_change_what_is_missing(
    qualifier: str, ndc: str | None, lacks: str
) -> None:
    (decision,) = Walk().send(claim("A", line("J3490", ndc_qualifier=qualifier, ndc=ndc)))
    messages = [f.message for f in decision.findings if "NDC" in f.message]
    assert len(messages) == 1
    assert lacks in messages[0]


def test_another_qualifier_is_still_reported() -> None:
    (decision,) = Walk().send(claim("A", line("J3490", ndc_qualifier="UP", ndc="123")))
    assert any("without qualifier N4" in f.message for f in decision.findings)
