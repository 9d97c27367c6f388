"""The form group: edits of the claim as a whole, which come before all others."""

from stream_edits.domain.decision import EditFinding
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.policies.judging.reviewed import of_policy, without_reviewed
from stream_edits.policies.policy import Policy


def judge_form(
    record: ClaimRecord, policy: Policy, monitored: list[EditFinding] | None = None
) -> list[EditFinding]:
    """The findings of the form group on an open claim, claim-level and line-level.

    What a review has decided stands in place of what the edits find. Findings that do not count are
    added to ``monitored``.
    """
    claim = record.open_claim
    found = [finding for edit in policy.form_edits for finding in edit.judge(claim, policy.on)]
    if found and policy.modes:
        split = policy.modes.by_mode(found, claim.billing_provider_npi)
        found = split.enforced
        if monitored is not None:
            monitored += split.monitored
    if not record.reviewed:
        return found
    decided = of_policy(record.reviewed, policy)
    return [*without_reviewed(found, decided), *filter(policy.is_of_form, decided)]
