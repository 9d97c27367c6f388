"""Each edit whose denial rests on another claim names that claim, so that it is decided again."""

import pytest

from stream_edits.domain.claim import ServiceLine
from stream_edits.domain.decision import Disposition, RollUp
from tests.build import claim, line, voiding
from tests.stages.walk import Walk, edits, summaries
from tests.stages.wire import OverTheWire

DENY = Disposition.DENY


@pytest.fixture(params=[(kind, rule) for kind in (Walk, OverTheWire) for rule in RollUp])
def walk(request: pytest.FixtureRequest) -> Walk:
    kind, rule = request.param
    run: Walk = kind(rule)
    return run


@pytest.mark.parametrize(
    ("other", "own", "edit"),
    [
        ((line("96413"),), (line("96365"),), "multiple-initial-codes"),
        ((line("96365"), line("96366", units=8)), (line("96366", units=2),), "units-over-maximum"),
        ((line("96365"),), (line("36591"),), "included-service"),
        (
            (line("96365"), line("96368")),
            (line("96368", modifiers=("RT",)),),
            "concurrent-more-than-once",
        ),
        (
            (line("96365", "09:00-11:00"),),
            (line("96361", "09:00-10:00"),),
            "hydration-concurrent",
        ),
        (
            (line("96365", "09:00-10:00"), line("96366", "10:00-11:00")),
            (line("96366", "10:05-11:00"),),
            "documented-time-too-short",
        ),
        (
            (line("96372"),),
            (line("Z7610", ndc_qualifier="N4", ndc="12345678901"),),
            "unlisted-injection-as-supply",
        ),
        ((line("P9016"),), (line("96365"),), "infusion-code-for-excluded-product"),
        ((line("74177"),), (line("96374"),), "inherent-to-contrast-imaging"),
    ],
)
def test_a_denial_by_any_edit_is_decided_again(
    walk: Walk, other: tuple[ServiceLine, ...], own: tuple[ServiceLine, ...], edit: str
) -> None:
    walk.send(claim("A", *other))
    (denied,) = walk.send(claim("B", *own))
    assert denied.disposition is DENY
    assert edit in edits(denied)
    sent = walk.send(voiding("A", "V"))
    assert summaries(sent)[0] == "V1 PASS"
    assert [each.claim_id for each in sent[1:]] == ["B"]
    assert edit not in edits(sent[1])
