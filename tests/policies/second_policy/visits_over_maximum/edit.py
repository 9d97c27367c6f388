"""At most two office visits are paid on one day (T-1 2)."""

from collections.abc import Iterator

from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter
from stream_edits.policies.values.rules import Count, EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml; ``most`` is the number of lines an encounter."""

    codes: ProcedureCodes
    most: Count
    too_many: Outcome


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Pend each open visit beyond the maximum."""
    visits = [line for line in encounter.active if line.code in line.policy[Rules].codes]
    for place, line in enumerate(visits):
        rules = line.policy[Rules]
        if place >= rules.most and not line.decided:
            message = f"{line.code} is more than the visits of one day. Send the reason."
            yield line, rules.finding(rules.too_many, line.line_number, message)


EDIT = EncounterEdit("visits-over-maximum", Group.UNITS, Rules, judge, waits_for=WaitsFor.PROVIDER)
