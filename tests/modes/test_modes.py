"""But for its monitored findings, a decision is the one that it would be without the edit."""

from functools import partial

import pytest

from stream_edits.codec.decisions import decision_encoder, decision_to_json
from stream_edits.domain.decision import ClaimDecision, FindingMode, RollUp, parted
from tests.modes.histories import (
    EDITS,
    SHIPPED,
    Decided,
    decided,
    excluding,
    history_of,
    overlay_of,
    policies_with,
    silenced,
)
from tests.modes.property import apart, differences, run_pair, speaking

HISTORY = history_of(7, 150)
# A day in the middle of the history.
MIDDLE = sorted(claim.first_day for claim in HISTORY)[len(HISTORY) // 2].isoformat()
# Half of the providers of the history.
SOME = sorted({claim.billing_provider_npi for claim in HISTORY})[::2]
_encode = decision_encoder(7)


def bytes_of(decisions: list[ClaimDecision]) -> list[bytes]:
    return [_encode(decision) for decision in decisions]


def check_same(monitored: Decided, off: Decided) -> None:
    assert bytes_of(monitored.decisions) == bytes_of(off.decisions)
    assert monitored.refused == off.refused
    assert off.monitored == []


@pytest.mark.parametrize("edit_id", EDITS)
def test_a_monitored_edit_changes_nothing(edit_id: str) -> None:
    off = decided(policies_with(overlay_of(edit_id, "off")), HISTORY, edit_id)
    monitored = decided(policies_with(overlay_of(edit_id, "monitor")), HISTORY, edit_id)
    check_same(monitored, off)
    assert {finding.edit_id for _, finding in monitored.monitored} <= {edit_id}


@pytest.mark.parametrize("edit_id", EDITS)
def test_nor_does_one_that_is_monitored_from_a_day_on(edit_id: str) -> None:
    off = decided(policies_with(overlay_of(edit_id, "off", MIDDLE)), HISTORY, edit_id)
    monitored = decided(policies_with(overlay_of(edit_id, "monitor", MIDDLE)), HISTORY, edit_id)
    check_same(monitored, off)


@pytest.mark.parametrize("edit_id", EDITS)
def test_nor_does_an_edit_for_the_providers_that_are_excluded(edit_id: str) -> None:
    work = partial(decided, policies_with(excluding(edit_id, SOME)), HISTORY, edit_id)
    monitored = work()
    check_same(monitored, silenced(work))
    npis = {claim.claim_id: claim.billing_provider_npi for claim in HISTORY}
    assert {npis[decision.claim_id] for decision, _ in monitored.monitored} <= set(SOME)


def test_nor_does_one_with_the_strict_roll_up() -> None:
    for edit_id in ("units-over-maximum", "add-on-without-primary", "simultaneous-supervision"):
        off = decided(policies_with(overlay_of(edit_id, "off")), HISTORY, edit_id, RollUp.STRICT)
        on = policies_with(overlay_of(edit_id, "monitor"))
        check_same(decided(on, HISTORY, edit_id, RollUp.STRICT), off)


def test_the_histories_have_findings_of_nearly_every_edit() -> None:
    without = [
        edit_id
        for edit_id in EDITS
        if not decided(policies_with(overlay_of(edit_id, "monitor")), HISTORY, edit_id).monitored
    ]
    assert set(without) <= {"hydration-concurrent", "concurrent-more-than-once"}


def test_it_is_seen_when_a_monitored_finding_counts() -> None:
    """The check is red for an edit that is enforced, although its findings are taken out."""
    red = []
    for edit_id in EDITS:
        off = decided(policies_with(overlay_of(edit_id, "off")), HISTORY, edit_id)

        def hidden(decision: ClaimDecision, edit_id: str = edit_id) -> ClaimDecision:
            findings = tuple(f for f in decision.findings if f.edit_id != edit_id)
            return decision._replace(findings=findings)

        enforced = decided(policies_with("{}\n"), HISTORY, edit_id, counts=hidden)
        if bytes_of(enforced.decisions) != bytes_of(off.decisions):
            red.append(edit_id)
    # The others find nothing here that no other edit finds as well.
    assert len(red) > 20


def test_the_parts_of_a_history_have_nothing_in_common() -> None:
    parts = apart(HISTORY)
    assert sorted(c.event_id for part in parts for c in part) == sorted(c.event_id for c in HISTORY)
    members = [{claim.member_id for claim in part} for part in parts]
    assert sum(map(len, members)) == len(set().union(*members))
    assert len(parts) > 20


def test_an_edit_that_is_monitored_finds_only_where_it_finds_something_enforced() -> None:
    part = max(apart(HISTORY), key=len)
    speaks = speaking(part)
    silent = next(edit_id for edit_id in EDITS if edit_id not in speaks)
    for edit_id in (silent, sorted(speaks)[0]):
        monitored, off = run_pair(edit_id, part, "start")
        assert list(differences(monitored, off)) == []
        assert bool(monitored.monitored) <= (edit_id in speaks)


def test_every_difference_is_told() -> None:
    edit_id = "units-over-maximum"
    monitored, off = run_pair(edit_id, HISTORY, "start")
    counted = decided(SHIPPED, HISTORY, edit_id)
    assert list(differences(counted, off))
    assert list(differences(monitored, monitored)) == ["an edit that is off has findings"]
    assert list(differences(monitored, off._replace(refused=[("x", "y")])))
    assert list(differences(monitored, off._replace(decisions=off.decisions[1:])))


def test_without_a_mode_no_finding_is_monitored() -> None:
    found = decided(SHIPPED, HISTORY, EDITS[0])
    assert found.monitored == []
    assert not SHIPPED.have_modes
    modes = {finding.mode for decision in found.decisions for finding in decision.findings}
    assert modes == {FindingMode.ENFORCED}
    assert all(parted(decision.findings)[1] == () for decision in found.decisions)
    assert '"mode": "ENFORCED"' in "".join(map(decision_to_json, found.decisions))
