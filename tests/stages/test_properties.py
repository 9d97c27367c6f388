"""Properties that hold for every history of claims.

See docs/spec/edits.md, Across claims, Order and determinism.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp
from stream_edits.domain.member_state import ClaimStatus
from stream_edits.domain.messages import RoutedClaim
from stream_edits.policies.loading.catalog import load_policies
from tests.build import claim, line, voiding
from tests.stages.infusions import DAYS, INITIALS, claims, histories
from tests.stages.walk import SHIPPED, Walk, through_stages

rules = st.sampled_from(RollUp)
SEPARATE_SITE = {"59", "XE", "XS", "XP", "XU"}


def unordered(decision: ClaimDecision) -> tuple[Any, ...]:
    """The content of a decision without the order of its lines and findings.

    The first finding says that a replacement has fewer lines, and another order has another first.
    """
    findings = [
        f._replace(message=f.message.partition(" This replacement has ")[0])
        for f in decision.findings
    ]
    return (
        decision.claim_id,
        decision.revision,
        decision.supersedes,
        decision.trigger_event_id,
        decision.disposition,
        decision.applicable,
        sorted(decision.encounter_keys),
        sorted(decision.lines),
        sorted(map(repr, findings)),
        decision.policy_version,
    )


def outcome(decision: ClaimDecision) -> tuple[Any, ...]:
    """The content of a decision without its revision."""
    findings = sorted(map(repr, decision.findings))
    return decision.disposition, decision.applicable, decision.lines, findings


def silent(decision: ClaimDecision) -> tuple[Any, ...]:
    """The same without messages. One that names another claim's service is not published again
    when that service goes."""
    findings = tuple(each._replace(message="") for each in decision.findings)
    return outcome(decision._replace(findings=findings))


@given(histories(), rules, st.data())
def test_the_order_of_lines_within_a_claim_does_not_matter(
    history: list[ClaimEvent], rule: RollUp, data: st.DataObject
) -> None:
    # The same order for all events: another order is other content, and a claim that is sent again
    # with other content replaces itself.
    order = data.draw(st.permutations(range(1, 5)))
    shuffled = [
        replace(each, lines=tuple(sorted(each.lines, key=lambda x: order.index(x.line_number))))
        for each in history
    ]
    one = through_stages(history, rule=rule).published
    other = through_stages(shuffled, rule=rule).published
    assert list(map(unordered, one)) == list(map(unordered, other))


@given(histories(), rules, st.data())
def test_an_event_sent_again_changes_nothing(
    history: list[ClaimEvent], rule: RollUp, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(history) - 1))
    later = data.draw(st.integers(place + 1, len(history)))
    once = through_stages(history, rule=rule)
    # One that was refused is not remembered. It may be accepted when its id has changed hands.
    refused = {each.claim.event_id for each in once.refused if isinstance(each, RoutedClaim)}
    assume(history[place].event_id not in refused)
    twice = Walk(rule)
    twice.send(*history[:later])
    repeated = twice.send(history[place])
    twice.send(*history[later:])
    # Only intake, which is stateless, decides again, with the same content.
    assert all(not each.applicable and each in once.published for each in repeated)
    rest = [each for each in twice.published if not any(each is x for x in repeated)]
    assert rest == once.published


@given(histories(), rules, st.data())
def test_content_sent_again_under_another_event_changes_nothing(
    history: list[ClaimEvent], rule: RollUp, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(history) - 1))
    walk = through_stages(history[: place + 1], rule=rule)
    again = replace(history[place], event_id="again")
    repeated = walk.send(again)
    assert all(not each.applicable and each.event_id == "again" for each in repeated)


@given(histories(), rules, st.data())
def test_a_claim_of_another_member_changes_nothing_without_supervision(
    history: list[ClaimEvent], rule: RollUp, data: st.DataObject
) -> None:
    stranger = data.draw(claims(data.draw(st.sampled_from("AZ")), "e90", "M9"))
    unsupervised = [replace(each, supervising_provider_npi=None) for each in stranger.lines]
    stranger = replace(stranger, lines=tuple(unsupervised))
    place = data.draw(st.integers(0, len(history)))
    without = through_stages(history, rule=rule).published
    beside = through_stages([*history[:place], stranger, *history[place:]], rule=rule).published
    assert [each for each in beside if each.event_id != "e90"] == without
    assert {each.trigger_event_id for each in beside}.isdisjoint({"e90"})


def is_final(decision: ClaimDecision) -> bool:
    return decision.disposition is not Disposition.PEND


@given(histories(most=3), claims("X", "e80"), histories(most=3), histories(most=3), rules)
def test_a_voided_claim_has_no_lasting_effect(
    before: list[ClaimEvent],
    extra: ClaimEvent,
    between: list[ClaimEvent],
    after: list[ClaimEvent],
    rule: RollUp,
) -> None:
    between = [replace(each, event_id=f"b{each.event_id}") for each in between]
    after = [replace(each, event_id=f"a{each.event_id}") for each in after]
    without, beside = Walk(rule), Walk(rule)
    without.send(*before, *between)
    beside.send(*before, extra, *between)
    for name, decision in without.last().items():
        # Decisions that became final under its influence stay; this test leaves them out.
        influenced = beside.last()[name]
        assume(not is_final(influenced) or outcome(influenced) == outcome(decision))
        assume(not is_final(decision) or is_final(influenced))
    beside.send(voiding("X", "V", event="void"))
    without.send(*after)
    beside.send(*after)
    ours = {name: silent(each) for name, each in beside.last().items() if name not in "XV"}
    assert ours == {name: silent(each) for name, each in without.last().items()}


@given(histories(most=8, members=1), rules)
def test_two_initial_services_never_pass_in_one_encounter(
    history: list[ClaimEvent], rule: RollUp
) -> None:
    walk = through_stages(history, rule=rule)
    events = {each.event_id: each for each in history}
    passed: Counter[str] = Counter()
    for decision in walk.last().values():
        event = events[decision.event_id]
        record = walk.members.claim(event.member_id, event.claim_id)
        if record is None or record.status is ClaimStatus.WITHDRAWN or event.is_void:
            continue
        if decision.disposition is Disposition.DENY:
            continue
        for billed, key, decided in zip(
            event.lines, SHIPPED.encounter_keys(event), decision.lines, strict=True
        ):
            plain = SEPARATE_SITE.isdisjoint(billed.modifiers)
            if (
                decided.disposition is Disposition.PASS
                and plain
                and billed.procedure_code in INITIALS
            ):
                passed[key] += max(1, int(decided.allowed_units))
    assert all(count <= 1 for count in passed.values()), passed


@given(histories(), rules)
def test_a_replay_is_equal(history: list[ClaimEvent], rule: RollUp) -> None:
    one, other = through_stages(history, rule=rule), through_stages(history, rule=rule)
    assert one.published == other.published
    assert one.sent == other.sent


def by_claim(published: Iterable[ClaimDecision]) -> dict[str, list[ClaimDecision]]:
    found: dict[str, list[ClaimDecision]] = {}
    for each in published:
        if each.applicable:
            found.setdefault(each.claim_id, []).append(each)
    return found


@given(histories(most=8), rules)
def test_revisions_form_a_chain_and_final_ones_stay(
    history: list[ClaimEvent], rule: RollUp
) -> None:
    for chain in by_claim(through_stages(history, rule=rule).published).values():
        for was, becomes in pairwise(chain):
            assert becomes.revision > was.revision
            by_source = becomes.trigger_event_id is None
            freed = any(f.edit_id == "simultaneous-supervision" for f in was.findings)
            # A denial that rests on a withdrawn claim, or that a later drug may answer.
            changeable = any(
                f.disposition is Disposition.DENY
                and (f.related_claim_ids or f.edit_id in ANSWERABLE)
                for f in was.findings
            )
            assert not is_final(was) or by_source or freed or changeable
            assert becomes.supersedes != was.supersedes
            assert by_source or becomes.event_id == was.event_id


ANSWERABLE = (
    "included-service",
    "infusion-code-for-excluded-product",
    "inherent-to-contrast-imaging",
    "unlisted-injection-as-supply",
)
TWO_DATES = """\
edits:
  incomplete-claim-form:
    diagnosis:
      2025-01-16: {reference: a memo, value: {disposition: PEND, carc: "16", rarcs: ["M76"]}}
  already-replaced:
    no_effect:
      2025-01-16: {reference: a memo, value: {disposition: DENY, carc: "18"}}
"""


@pytest.mark.parametrize("earlier", [[], [voiding("A", "V")]], ids=["header", "replaced"])
def test_the_order_of_lines_does_not_matter_across_policy_revisions(
    earlier: list[ClaimEvent], tmp_path: Path
) -> None:
    overlay = tmp_path / "plan.yaml"
    overlay.write_text(TWO_DATES, encoding="utf-8")
    billed = [line("96365", number=n, day=day) for n, day in enumerate(DAYS, start=1)]
    one, other = (
        through_stages(
            [*earlier, claim("A", *lines, diagnosis_codes=())], under=load_policies(overlay)
        ).published
        for lines in (billed, billed[::-1])
    )
    assert list(map(unordered, one)) == list(map(unordered, other))
