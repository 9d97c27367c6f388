"""The comparison finds what two plain runs of `adjudicate` differ in, and nothing else."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.synthetic.generator import generate
from tests.build import claim, line
from tests.impact.trials import (
    Event,
    apart,
    builder,
    claims_of,
    lines_of,
    measured,
    numbered,
    outcomes,
    overlay,
    piece,
    policies_of,
)
from tests.stages.infusions import histories
from tests.stages.reviewing import review

PIECES = [
    piece("units-over-maximum", "maximum_units", {"96366": 1, "96367": 1}),
    piece("documented-time-too-short", "minutes_needed", {"96365": {"at_least": 31}}),
    piece("by-report-missing", "missing", {"disposition": "DENY"}),
    piece("simultaneous-supervision", "codes", {"add": ["96413"], "remove": ["96365"]}),
    piece("vocabulary", "separate_site_modifiers", {"remove": ["59"]}),
]


@pytest.fixture(scope="module")
def candidate() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield overlay(Path(folder), PIECES)


@pytest.fixture(scope="module")
def same() -> Iterator[Path]:
    """An overlay that changes nothing but the names of decisions."""
    with TemporaryDirectory() as folder:
        yield overlay(Path(folder), [])


class Reviewed:
    """A history under two policies, each of which gets a person's reviews of its own decisions."""

    def __init__(self, overlays: tuple[Path | None, Path | None]) -> None:
        self._runs = [Pipeline(builder(each)) for each in overlays]
        self._newest: list[dict[str, ClaimDecision]] = [{}, {}]
        self.events: list[list[Event]] = [[], []]
        self._members: dict[str, str] = {}

    def send(self, event: ClaimEvent) -> None:
        self._members.setdefault(event.claim_id, event.member_id)
        self._both(event, event)

    def decided(self) -> list[str]:
        """The claims that have a decision on both sides."""
        return sorted(self._newest[0].keys() & self._newest[1].keys())

    def review(self, claim_id: str, outcome: ReviewOutcome, minute: int) -> None:
        decision = self._newest[0][claim_id]
        member_id = self._members[claim_id]
        made = review(decision, outcome, minute=minute, member_id=member_id)
        own = replace(made, decision_id=self._newest[1][claim_id].decision_id)
        self._both(made, own)

    def _both(self, *events: Event) -> None:
        for run, newest, sent, event in zip(
            self._runs, self._newest, self.events, events, strict=True
        ):
            (_, source), *_ = numbered([event])
            source = source._replace(offset=len(sent) + 1)
            sent.append(event)
            with suppress(ClaimIdReused, ReviewRefused):
                made = (
                    run.review(event)
                    if isinstance(event, ReviewEvent)
                    else run.decide(event, source)
                )
                newest |= {each.claim_id: each for each in made}


@st.composite
def reviewed(draw: st.DrawFn, candidate: Path | None) -> Reviewed:
    """Claims, some of them corrected, with reviews between them and after them."""
    history = Reviewed((None, candidate))
    for minute, each in enumerate(draw(histories()), start=200_000):
        history.send(each)
        if draw(st.booleans()) and history.decided():
            name = draw(st.sampled_from(history.decided()))
            history.review(name, draw(st.sampled_from(ReviewOutcome)), minute)
    return history


@given(data=st.data())
def test_lines_and_claims_are_those_of_two_plain_runs(data: st.DataObject, candidate: Path) -> None:
    history = data.draw(reviewed(candidate))
    impact = measured(history.events[0], candidate)
    old = outcomes(history.events[0], policies_of())
    new = outcomes(history.events[1], policies_of(candidate))
    changed = apart(old, new)
    assert impact.claims == len(claims_of({*old, *new}))
    assert impact.claims_changed == len(claims_of(changed))
    assert impact.lines_changed == len(lines_of(changed))
    # Each difference has a cause.
    assert sum(each.lines for each in impact.by_change.values()) >= impact.lines_changed


@given(data=st.data())
def test_the_same_policy_changes_nothing(data: st.DataObject, same: Path) -> None:
    events = data.draw(reviewed(same)).events[0]
    for overlay_ in (None, same):
        impact = measured(events, overlay_)
        assert impact.claims_changed == impact.lines_changed == 0
        assert impact.claims_with_other_findings == impact.taken_by_some == 0
        assert (impact.by_change, impact.by_edit, impact.examples) == ({}, {}, {})


def test_generated_claims_are_compared_as_by_two_plain_runs(candidate: Path) -> None:
    claims = list(generate(7, 150))
    impact = measured(claims, candidate)
    changed = apart(outcomes(claims, policies_of()), outcomes(claims, policies_of(candidate)))
    assert len(lines_of(changed)) > 10
    assert impact.claims == len({each.claim_id for each in claims})
    assert impact.claims_changed == len(claims_of(changed))
    assert impact.lines_changed == len(lines_of(changed))


def test_a_review_applies_under_both(candidate: Path) -> None:
    """Its decision id is the baseline's; the candidate names the same decision otherwise."""
    held = claim("A", line("96377"), line("99213"))
    history = Reviewed((None, candidate))
    history.send(held)
    history.review("A", ReviewOutcome.APPROVE, 60)
    impact = measured(history.events[0], candidate)
    assert (impact.claims_changed, impact.taken_by_some, impact.refused) == (0, 0, 0)
    assert {key: found[0] for key, found in outcomes(history.events[0], policies_of()).items()}[
        "A", None
    ] == "PASS"


def test_a_claim_decided_again_on_one_side_only_is_compared(tmp_path: Path) -> None:
    """The later claim brings the primary; only under one policy the first claim waits for it."""
    waits = overlay(tmp_path, [piece("add-on-without-primary", "orphan", {"disposition": "PASS"})])
    add_on = claim("A", line("96367", "10:00-11:00"))
    first = claim("B", line("96365", "09:00-10:00"), event="b")
    assert measured([add_on], waits).claims_changed == 1
    impact = measured([add_on, first], waits)
    assert (impact.claims, impact.claims_changed) == (2, 0)


def test_billed_dollars_are_of_the_newest_content(tmp_path: Path) -> None:
    fewer = overlay(tmp_path, [piece("units-over-maximum", "maximum_units", {"96366": 1})])
    lines = [
        line("96365", "09:00-10:00", charge_amount=None),
        line("96366", "10:00-13:00", units=3.0, charge_amount=Decimal("100.00")),
    ]
    dear = replace(lines[1], charge_amount=None)
    impact = measured([claim("A", *lines)], fewer)
    assert (impact.lines_changed, str(impact.lines.billed)) == (1, "100.00")
    impact = measured([claim("A", lines[0], dear)], fewer)
    assert (impact.lines_changed, impact.lines.without_charge) == (1, 1)
    assert impact.billing_providers == 1
