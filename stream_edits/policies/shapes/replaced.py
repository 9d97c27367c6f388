"""The notice of a plan's own policy: a claim that comes after its own replacement or void."""

from pathlib import Path

from stream_edits.domain.decision import Disposition, EditFinding, WaitsFor
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome

FILE = Path(__file__).with_name("replaced.yaml")


class Rules(EditRules):
    """Without a date, so that the revisions of a plan's policy are those of its own values."""

    no_effect: Outcome = Outcome(disposition=Disposition.PASS)


def notice(policy: PolicyOnDate) -> EditFinding:
    """The claim-level finding on such a claim."""
    rules = policy[Rules]
    return rules.finding(
        rules.no_effect,
        None,
        "Another claim had already replaced or voided this one, so it has no effect. The "
        "replacement is decided in its place.",
    )


NOTICE = AlreadyReplacedNotice("replaced-before-it-came", Rules, notice, waits_for=WaitsFor.PAYER)
