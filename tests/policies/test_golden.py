"""Every golden case: what its own edit finds, through all three stages."""

import pytest

from stream_edits.domain.decision import ClaimDecision, Disposition
from tests.policies.cases import Case, all_cases
from tests.policies.golden import case_failures
from tests.policies.policies import decide, policy_of

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{c.edit_id}: {c.name}" for c in CASES])
def test_the_case_holds(case: Case) -> None:
    published = decide(case.claims, policy_of(case))
    assert case_failures(case, published) == []
    for decision in published:
        _assert_every_finding_is_complete(decision)


def _assert_every_finding_is_complete(decision: ClaimDecision) -> None:
    for finding in decision.findings:
        assert finding.message.strip(), finding.edit_id
        assert finding.message[0].isupper() or finding.message[0].isdigit(), finding.message
        assert finding.message.rstrip().endswith("."), finding.message
        assert finding.policy_section.startswith("6.21-P "), finding
        assert finding.policy_version, finding
        assert decision.claim_id not in finding.message.split(), finding.message
        if finding.disposition is Disposition.DENY:
            assert finding.carc, finding
        if finding.requested_documents:
            assert finding.carc, finding
            assert finding.rarcs, finding
            assert finding.carc != "16", finding
