"""Duplicates do not depend on which of two claims comes first (docs/spec/edits.md)."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import ClaimDecision, Disposition
from tests.build import claim, line, replacing, voiding
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
    assert held(approved) == [(Disposition.PEND, "16", ("A",))]
    (named,) = walk.send(replacing("A", "B", line("96372"), event="again", minute=9))
    assert (named.disposition, _duplicates(named)) == (Disposition.PASS, [])


class TestAlreadyReplaced:
    """B comes first, names A only after C has replaced A, and may be the better correction."""

    def test_a_correction_that_had_a_header_fault(self) -> None:
        walk = OverTheWire()
        walk.send(claim("A", line("96372")), replacing("A", "B", line("96372"), diagnosis_codes=()))
        assert walk.last()["B"].disposition is Disposition.DENY
        walk.send(replacing("A", "C", line("96372"), minute=2))
        (late,) = walk.send(replacing("A", "B", line("96372"), event="again", minute=3))
        assert held(late) == [(Disposition.PEND, "16", ("C",))]

    def test_a_correction_whose_header_fault_a_review_approves(self) -> None:
        walk = OverTheWire()
        walk.send(claim("A", line("96372")))
        (faulty,) = walk.send(replacing("A", "B", line("96372"), diagnosis_codes=()))
        walk.send(replacing("A", "C", line("96372"), minute=2))
        (late,) = walk.reviewed(review(faulty))
        assert held(late) == [(Disposition.PEND, "16", ("C",))]

    @pytest.mark.parametrize("is_first", [True, False])
    def test_an_original_that_becomes_a_correction(self, is_first: bool) -> None:
        walk = OverTheWire()
        originals = [claim("A", line("96372")), claim("B", line("J1885"))]
        walk.send(*(reversed(originals) if is_first else originals))
        walk.send(replacing("A", "C", line("96372"), minute=2))
        (late,) = walk.send(replacing("A", "B", line("96372"), event="again", minute=3))
        assert held(late) == [(Disposition.PEND, "16", ("C",))]

    @pytest.mark.parametrize("between", [(), ({"diagnosis_codes": ()},)])
    def test_the_claim_that_replaced_it_is_no_correction_of_another(
        self, between: tuple[dict[str, Any], ...]
    ) -> None:
        walk = OverTheWire()
        walk.send(claim("A", line("J1885")), claim("K", line("96372"), minute=1))
        walk.send(replacing("A", "B", line("J1885", units=2), minute=2))
        for each in between:
            walk.send(replacing("A", "B", line("J1885"), event="faulty", minute=3, **each))
        (own,) = walk.send(replacing("A", "B", line("96372"), event="again", minute=4))
        assert held(own) == [(Disposition.DENY, "18", ("K",))]

    def test_a_claim_that_voided_it_may_be_corrected_to_replace_it(self) -> None:
        walk = OverTheWire()
        walk.send(claim("A", line("J1885")), claim("K", line("96372"), minute=1))
        walk.send(voiding("A", "B", minute=2))
        (own,) = walk.send(replacing("A", "B", line("96372"), event="again", minute=3))
        assert held(own) == [(Disposition.DENY, "18", ("K",))]


def held(decision: ClaimDecision) -> list[tuple[Disposition, str | None, tuple[str, ...]]]:
    return [(x.disposition, x.carc, x.related_claim_ids) for x in _duplicates(decision)]
