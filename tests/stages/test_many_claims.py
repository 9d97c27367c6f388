"""Thousands of synthetic claims through all stages: nothing fails and invariants hold.

STREAM_EDITS_CLAIMS sets the number of claims (200000 take some minutes).
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp, Source
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from stream_edits.synthetic.generator import generate
from tests.stages.walk import SHIPPED

MANY = int(os.environ.get("STREAM_EDITS_CLAIMS", "10000"))


def decisions(claims: Iterator[ClaimEvent], rule: RollUp) -> Iterator[ClaimDecision]:
    run = Pipeline(DecisionBuilder(SHIPPED, rule, "test"), DEFAULT_RETENTION)
    for place, each in enumerate(claims):
        yield from run.decide(each, Source("made up", 0, place))


def violations(decision: ClaimDecision) -> list[str]:
    """The violated invariants of a decision."""
    found = [
        f"line {x.line_number}: {x.allowed_units} units of {x.billed_units}"
        for x in decision.lines
        if not (0 <= x.allowed_units <= max(x.billed_units, 0))
        or (x.disposition is Disposition.DENY and x.allowed_units)
    ]
    for finding in decision.findings:
        message = finding.message
        if not (message.strip().endswith(".") and finding.policy_section.startswith("6.21-P ")):
            found.append(f"{finding.edit_id} says {message!r}")
        if decision.claim_id in message or any(x in message for x in finding.related_claim_ids):
            found.append(f"{finding.edit_id} names a claim in its message")
        if finding.disposition is Disposition.DENY and not finding.carc:
            found.append(f"{finding.edit_id} denies without a reason")
    return found


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("rule", RollUp)
def test_invariants_hold_for_many_claims(rule: RollUp) -> None:
    fired: Counter[str] = Counter()
    revisions: dict[str, int] = {}
    claims = islice(generate(11, MANY, contested=True), MANY)
    for decision in decisions(claims, rule):
        assert violations(decision) == []
        fired.update({finding.edit_id for finding in decision.findings})
        if decision.applicable:
            last = revisions.get(decision.claim_id, 0)
            assert decision.revision == last + 1, decision.claim_id
            revisions[decision.claim_id] = decision.revision
    silent = {
        edit.id for edit in SHIPPED["6.21-P"].edits if not isinstance(edit, AlreadyReplacedNotice)
    } - fired.keys()
    assert silent == set()
