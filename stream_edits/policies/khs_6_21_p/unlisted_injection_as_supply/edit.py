"""A supply code is not for an unlisted injection (6.21-P IV.B.7)."""

from collections.abc import Iterator

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    gives_a_drug,
    requested,
    unanswered,
)
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    claims_behind,
    count_drugs,
    drugs_given,
)
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.codes import ProcedureCode
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes
from stream_edits.policies.ways import Ways


class Rules(EditRules):
    """Values of policy.yaml. ``unclassified_drug`` is the code for a drug without its own code.

    ``drug_as_supply`` is the outcome on a day without another drug, ``unexplained`` that on a day
    with fewer other drugs than administrations.
    """

    codes: ProcedureCodes
    unclassified_drug: ProcedureCode
    drug_as_supply: Outcome
    unexplained: Outcome


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny or hold a supply line that names a drug, if the day lacks drugs for what was given."""
    supplies = [
        line for line in encounter.open if line.names_drug and line.code in line.policy[Rules].codes
    ]
    if not supplies:
        return
    given = [line for line in encounter.active if gives_a_drug(line)]
    drugs = count_drugs(_other_drugs(encounter))
    if len(given) <= drugs:
        return
    claim_ids = frozenset(line.claim_id for line in given)
    for line in supplies:
        if not drugs:
            yield line, _denial(line, given[0].code, claim_ids)
        elif outcome := unanswered(line, line.policy[Rules].unexplained):
            yield line, _hold(line, outcome)


def _other_drugs(encounter: Encounter) -> list[EncounterLine]:
    """The drug lines of a day, without supply lines that name a drug."""
    drugs = encounter.fact(drugs_given)
    return [line for line in drugs if line.code not in line.policy[Rules].codes]


def _denial(line: EncounterLine, given: str, claim_ids: frozenset[str]) -> EditFinding:
    """``given`` is the first code that gives a drug, ``claim_ids`` are of all that do."""
    rules = line.policy[Rules]
    return rules.finding(
        rules.drug_as_supply,
        line.line_number,
        f"{line.code} (supplies) was billed for a drug: the line gives an NDC or a drug name, and "
        f"{given} was billed on the same day without any other drug. The policy does not "
        "pay an unlisted injection as a supply. Bill the drug with its own HCPCS code, or with "
        f"{rules.unclassified_drug} and its documents if it has none.",
        related_claim_ids=claims_behind(line, claim_ids),
    )


def _hold(line: EncounterLine, outcome: Outcome) -> EditFinding:
    rules = line.policy[Rules]
    otherwise = (
        "bill an injected drug with its own HCPCS code, "
        f"or with {rules.unclassified_drug} if it has none"
    )
    return rules.finding(
        outcome,
        line.line_number,
        f"{line.code} (supplies) was billed for a drug: the line gives an NDC or a drug name. The "
        "day has more infusions and injections than other drugs, so this one may have been "
        "injected, and the policy does not pay an unlisted injection as a supply. "
        f"{requested(outcome, 'how it was given', otherwise)}.",
    )


def _as_a_drug(policy: PolicyOnDate, code: str) -> tuple[str, ...]:
    rules = policy[Rules]
    return (rules.unclassified_drug,) if code in rules.codes else ()


EDIT = EncounterEdit(
    "unlisted-injection-as-supply",
    Group.SUPPLIES,
    Rules,
    judge,
    scope=Scope.DAY,
    answerable=True,
    waits_for=WaitsFor.PROVIDER,
    ways=Ways(forms=_as_a_drug),
)
