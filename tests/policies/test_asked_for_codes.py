"""What is not asked of a claim, because its codes already say the answer: it would be the same."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.normalized import four_digits
from stream_edits.policies.codes_of_edits import EncounterEdits
from stream_edits.policies.edit_types import EncounterEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.policy import Policy
from stream_edits.synthetic.generator import generate
from tests.policies.cases import all_cases, all_journeys
from tests.policies.policies import decide, whole_policy

_ENCOUNTERS = 60


def _claims_together() -> Iterator[list[ClaimEvent]]:
    """The claims of each golden case and journey, and made-up ones."""
    yield from (list(case.claims) for case in all_cases() if case.overlay is None)
    yield from (list(each.claims) for each in all_journeys() if each.overlay is None)
    yield list(generate(7, _ENCOUNTERS))


def _asking_all(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> Policy:
    """The same policy, whose encounter edits are asked of every encounter."""
    edits = [
        replace(edit, beside=None) if isinstance(edit, EncounterEdit) else edit
        for edit in policy.edits
    ]
    found = Policy(policy.about, edits, list(policy.values.values()))
    every = EncounterEdits({}, range(len(found.encounter_edits)))
    monkeypatch.setattr(found, "encounter_edits_on", lambda on_date: every)
    return found


def _comparable(decisions: list[ClaimDecision]) -> list[ClaimDecision]:
    return [each._replace(due_by=None) for each in decisions]


def test_an_edit_that_is_not_asked_would_find_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = whole_policy()
    asking_all = _asking_all(policy, monkeypatch)
    for claims in _claims_together():
        found = _comparable(decide(claims, policy))
        assert found == _comparable(decide(claims, asking_all)), claims[0].claim_id


def test_a_line_is_judged_as_its_rules_say() -> None:
    policy = whole_policy()
    for claims in _claims_together():
        for claim in claims:
            for line in claim.lines:
                on_date = policy.on(line.service_date)
                expected = _is_judged(on_date, line, claim.claim_form)
                assert on_date.is_judged(line, claim.claim_form) is expected


def _is_judged(on_date: PolicyOnDate, line: ServiceLine, form: ClaimForm) -> bool:
    code, revenue = line.procedure_code, four_digits(line.revenue_code or "")
    return code in on_date.governed or any(
        rules.names_line(line, form)
        or rules.accompanies(line, form)
        or rules.explains(code, revenue)
        for rules in on_date.values()
    )
