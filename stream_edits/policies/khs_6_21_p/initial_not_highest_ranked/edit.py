"""The initial service must outrank every service added to it (6.21-P IV.B.2 a-d)."""

from collections.abc import Iterator

from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import initial_code
from stream_edits.policies.khs_6_21_p.vocabulary.initial_service import (
    initial_services,
    rebilling,
)
from stream_edits.policies.khs_6_21_p.vocabulary.one_unit import one_unit
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.ways import forms
from stream_edits.policies.values.rules import EditRules, Outcome
from stream_edits.policies.ways import Ways


class Rules(EditRules):
    """Values of policy.yaml."""

    outranked: Outcome


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny the leading initial service when an add-on of the encounter ranks above it."""
    services = encounter.fact(initial_services)
    initial = services.overruled or services.leading
    added = encounter.fact(rebilling).leads
    if initial is None or added is None:
        return
    words = initial.policy[VocabularyRules]
    added_code = encounter.code_of(added)
    should_be = initial_code(added, added_code) or "its initial code"
    instead = words.add_on_form.get(initial.code)
    remedy = (
        f"Send a replacement claim with {should_be} as the initial service instead of "
        f"{added_code} (one unit of it)"
    )
    if instead:
        remedy += f", and {one_unit(instead, initial.units)} instead of {initial.code}"
    else:
        remedy += f"; leave {initial.code} on it if services are added to it"
    rules = initial.policy[Rules]
    yield (
        initial,
        rules.finding(
            rules.outranked,
            initial.line_number,
            f"{initial.code} was billed as the initial service, but {added_code} of the same "
            "encounter ranks above it (chemotherapy before other drugs, infusions before pushes, "
            f"hydration last). {remedy}.",
            recommended_code=instead,
            related_claim_ids=() if added.claim_id == initial.claim_id else (added.claim_id,),
        ),
    )


EDIT = EncounterEdit(
    "initial-not-highest-ranked",
    Group.SEQUENCE,
    Rules,
    judge,
    only_on=lambda policy: policy[VocabularyRules].initials,
    keeps_primary=True,
    waits_for=WaitsFor.PROVIDER,
    ways=Ways(forms=forms),
)
