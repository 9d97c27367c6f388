"""A claim that has been replaced is not paid (T-1 3)."""

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml."""

    no_effect: Outcome


def notice(policy: PolicyOnDate) -> EditFinding:
    """The finding on such a claim."""
    rules = policy[Rules]
    return rules.finding(rules.no_effect, None, "This claim was replaced before it came.")


EDIT = AlreadyReplacedNotice("already-replaced", Rules, notice, waits_for=WaitsFor.PAYER)
