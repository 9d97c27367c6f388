"""A concurrent infusion is reported once an encounter (6.21-P, code definitions, 96368)."""

from collections.abc import Iterator

from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter
from stream_edits.policies.khs_6_21_p.vocabulary.claims_before import ClaimsBefore
from stream_edits.policies.shared.units import units_paid
from stream_edits.policies.values.rules import Count, EditRules, Outcome, ProcedureCodes
from stream_edits.policies.ways import Ways
from stream_edits.text import counted


class Rules(EditRules):
    """Values of policy.yaml. ``maximum_units`` are units for each encounter."""

    codes: ProcedureCodes
    maximum_units: Count
    surplus: Outcome


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Cut the line that reaches the maximum back to it; deny what comes after.

    Units that decided claims were allowed count first.
    """
    lines = [x for x in encounter.active if x.code in x.policy[Rules].codes]
    allowed = encounter.allowed_units
    used = sum(allowed(line) for line in lines if line.decided)
    before = ClaimsBefore(lines)
    for line in lines:
        if line.decided:
            continue
        rules = line.policy[Rules]
        left = max(rules.maximum_units - used, 0.0)
        used += min(allowed(line), left)
        if allowed(line) <= left:
            continue
        remedy = (
            f"{units_paid(rules.surplus, left)} Bill a further drug given after another as a "
            "sequential infusion."
            if left
            else "It is already billed; remove this line, or bill a further drug given after "
            "another as a sequential infusion."
        )
        yield (
            line,
            rules.finding(
                rules.surplus,
                line.line_number,
                f"{line.code} (concurrent infusion) can be reported for "
                f"{counted(rules.maximum_units, 'units')} an encounter. {remedy}",
                allowed_units=left or None,
                # The other claims whose units counted first.
                related_claim_ids=before.claims(line),
            ),
        )


EDIT = EncounterEdit(
    "concurrent-more-than-once",
    Group.SEQUENCE,
    Rules,
    judge,
    waits_for=WaitsFor.PROVIDER,
    ways=Ways(second_visit=True),
)
