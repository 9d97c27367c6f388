"""A further edit in the catalogue turns no golden case of another edit red, but does turn journeys.

This is why a case asks only the edits that it needs.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import (
    ClaimEdit,
    Edit,
    EncounterEdit,
    Group,
    LineFinding,
)
from stream_edits.policies.encounter import Encounter
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.codes import CodeSet
from stream_edits.policies.values.rules import EditRules, Outcome
from tests.policies.cases import all_cases, all_journeys
from tests.policies.golden import case_failures, journey_failures
from tests.policies.policies import FurtherEdit, decide, only, policy_of, policy_with, whole_policy

POLICY_YAML = """
id: plans-own-edit
title: A plan's own edit
section: 6.21-P IV.B.2
text: One primary or initial administration code.
values:
  codes: {2024-12-03: {value: ["96365"], reference: a plan's own rule}}
  denied: {2024-12-03: {value: {disposition: DENY, carc: "18"}, reference: a plan's own rule}}
  pended: {2024-12-03: {value: {disposition: PEND}, reference: a plan's own rule}}
"""


class Rules(EditRules):
    codes: CodeSet
    denied: Outcome
    pended: Outcome


def deny_infusions(encounter: Encounter) -> Iterator[LineFinding]:
    for line in encounter.open:
        rules = line.policy[Rules]
        if line.code in rules.codes:
            yield line, rules.finding(rules.denied, line.line_number, "Denied by the plan.")


def pend_every_line(encounter: Encounter) -> Iterable[LineFinding]:
    for line in encounter.open:
        rules = line.policy[Rules]
        yield line, rules.finding(rules.pended, line.line_number, "Pended by the plan.")


def deny_every_claim(
    claim: ClaimEvent, on: Callable[[date], PolicyOnDate]
) -> Iterator[EditFinding]:
    rules = on(claim.statement_from)[Rules]
    yield rules.finding(rules.denied, None, "Denied by the plan.")


ID = "plans-own-edit"
EDITS: dict[str, Edit] = {
    "an infusion is denied before all other edits of the encounter": EncounterEdit(
        ID, Group.FORM, Rules, deny_infusions, waits_for=WaitsFor.PROVIDER
    ),
    "an infusion is denied after all other edits": EncounterEdit(
        ID, Group.SUPERVISION, Rules, deny_infusions, waits_for=WaitsFor.PROVIDER
    ),
    "every line is pended": EncounterEdit(
        ID, Group.SUPERVISION, Rules, pend_every_line, waits_for=WaitsFor.PAYER
    ),
    "every claim is denied": ClaimEdit(ID, Rules, deny_every_claim, waits_for=WaitsFor.PAYER),
}


@pytest.fixture(params=list(EDITS.values()), ids=list(EDITS))
def further(request: pytest.FixtureRequest, tmp_path: Path) -> FurtherEdit:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY_YAML, encoding="utf-8")
    return FurtherEdit(request.param, file)


def test_the_golden_cases_of_all_other_edits_hold(further: FurtherEdit) -> None:
    red = {
        f"{case.edit_id}: {case.name}": failures
        for case in all_cases()
        if (failures := case_failures(case, decide(case.claims, policy_of(case, further))))
    }
    assert red == {}


def test_journeys_notice_it(further: FurtherEdit) -> None:
    policy = policy_with(further)
    assert any(
        journey_failures(journey, decide(journey.claims, policy, journey.rollup))
        for journey in all_journeys()
        if journey.overlay is None
    )


def test_golden_cases_would_notice_it_if_they_asked_it(further: FurtherEdit) -> None:
    assert any(
        case_failures(case, decide(case.claims, whole_policy(case.overlay, further)))
        for case in all_cases()
    )


def test_a_case_of_the_further_edit_asks_it(further: FurtherEdit) -> None:
    """What ``only`` leaves out is the rest, not the edits that a case names."""
    case = next(case for case in all_cases() if case.edit_id == "justification-missing")
    policy = only(policy_with(further), (further.edit.id,))
    found = {f.edit_id for each in decide(case.claims, policy) for f in each.findings}
    assert found == {further.edit.id}
