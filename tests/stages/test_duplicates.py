"""Duplicates do not depend on which of two claims comes first (docs/spec/edits.md)."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import ClaimDecision, Disposition
from tests.build import claim, line, replacing
from tests.stages.reviewing import review
from tests.stages.walk import Walk
from tests.stages.wire import OverTheWire

MODIFIERS = ["26", "TC", "LT", "JW", "27", "52", "76", "91", "59", "XE", "XS", "25", "GC"]


@st.composite
def claims(draw: st.DrawFn, name: str) -> ClaimEvent:
    """A claim of one injection, perhaps with a visit, that may be told apart in many ways."""
    times = draw(st.sampled_from([None, "09:00-09:05", "10:00-10:05"]))
    modifiers = tuple(draw(st.lists(st.sampled_from(MODIFIERS), max_size=2)))
    lines: list[ServiceLine] = [line("96372", times, modifiers=modifiers)]
    if draw(st.booleans()):
        lines.append(line("99283", modifiers=draw(st.sampled_from([(), ("25",), ("25", "27")]))))
    given: dict[str, Any] = {}
    frequency = draw(st.sampled_from(["1", "1", "3", "5", "7"]))
    if frequency == "7":
        given["replaces_claim_id"] = f"UNKNOWN-{name}"
    return claim(
        name,
        *lines,
        encounter_id=draw(st.sampled_from([None, "V1", "V2"])),
        frequency_code=frequency,
        **given,
    )


def found(one: ClaimEvent, other: ClaimEvent) -> list[tuple[Disposition, str | None]]:
    """What the edit finds on the later of two claims, without naming the claim."""
    walk = Walk()
    walk.send(one, other)
    first, last = walk.published[0], walk.published[-1]
    assert not _duplicates(first)
    for finding in _duplicates(last):
        assert finding.related_claim_ids == (first.claim_id,)
    return [(each.disposition, each.carc) for each in _duplicates(last)]


def _duplicates(decision: ClaimDecision) -> list[Any]:
    return [each for each in decision.findings if each.edit_id == "duplicate-service"]


@given(claims("A"), claims("B"))
def test_either_order_of_arrival_finds_the_same(one: ClaimEvent, other: ClaimEvent) -> None:
    times = [(x.lines[0].start_time, x.lines[0].end_time) for x in (one, other)]
    # A correction of an unknown claim may be meant for a claim of other times, if that came first.
    assume(times[0] == times[1] or "7" not in (one.frequency_code, other.frequency_code))
    assert found(one, other) == found(other, one)


def test_a_correction_is_held_beside_another_time_only_if_it_came_later() -> None:
    one = claim("A", line("96372", "09:00-09:05"))
    other = claim("B", line("96372", "10:00-10:05"), frequency_code="7", replaces_claim_id="Z")
    assert found(one, other) == [(Disposition.PEND, "16")]
    assert found(other, one) == []


def test_it_finds_something() -> None:
    same = [claim(name, line("96372")) for name in "AB"]
    assert found(*same) == [(Disposition.DENY, "18")]


def test_a_replacement_that_names_no_claim_may_correct_the_other() -> None:
    walk = OverTheWire()
    walk.send(claim("A", line("96372")))
    (refused,) = walk.send(claim("B", line("96372"), frequency_code="7", minute=5))
    assert [each.edit_id for each in refused.findings] == ["incomplete-claim-form"]
    (approved,) = walk.reviewed(review(refused))
    assert [(x.disposition, x.carc, x.related_claim_ids) for x in _duplicates(approved)] == [
        (Disposition.PEND, "16", ("A",))
    ]
    (named,) = walk.send(replacing("A", "B", line("96372"), event="again", minute=9))
    assert (named.disposition, _duplicates(named)) == (Disposition.PASS, [])
