"""A claim that comes after its own replacement or void has no effect (6.21-P IV.A)."""

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml."""

    no_effect: Outcome


def notice(policy: PolicyOnDate) -> EditFinding:
    """The claim-level finding on such a claim."""
    rules = policy[Rules]
    return rules.finding(
        rules.no_effect,
        None,
        "Another claim had already replaced or voided this one, so it has no effect. The "
        "replacement is decided in its place and nothing needs to be sent; after a void that was a "
        "mistake, bill it as a new claim.",
    )


EDIT = AlreadyReplacedNotice("already-replaced", Rules, notice, waits_for=WaitsFor.PAYER)
