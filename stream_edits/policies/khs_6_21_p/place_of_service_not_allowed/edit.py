"""Infusion codes are paid in the places of the policy's table only (6.21-P IV.B.6)."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.forms import facility_type
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome, ProcedureCodes
from stream_edits.text import join_words


class Setting(BaseModel):
    """A setting that is not reimbursed, with its place of service and facility type codes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    places: CodeSet
    facility_types: CodeSet


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    places: CodeSet
    facility_types: CodeSet
    emergency_facility_types: CodeSet
    emergency_admission_types: CodeSet
    settings_not_reimbursed: dict[str, Setting]
    place_denied: Outcome
    facility_denied: Outcome
    admission_type_not_stated: Outcome


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Check the CMS-1500 place of service, or the UB-04 facility type and admission type."""
    rules = policy[Rules]
    if claim.claim_form is ClaimForm.CMS1500:
        yield from _judge_place(claim.place_of(line) or "", line, rules)
    else:
        yield from _judge_facility(claim, line, rules)


def _judge_place(place: str, line: ServiceLine, rules: Rules) -> Iterator[EditFinding]:
    if place in rules.places:
        return
    named = next((n for n, s in rules.settings_not_reimbursed.items() if place in s.places), None)
    yield rules.finding(
        rules.place_denied,
        line.line_number,
        f"{line.procedure_code} was billed with place of service {place}"
        + _reason(named, f"place of service {join_words(rules.places)}"),
    )


def _judge_facility(claim: ClaimEvent, line: ServiceLine, rules: Rules) -> Iterator[EditFinding]:
    facility = facility_type(claim.type_of_bill) or ""
    if facility not in rules.facility_types:
        settings = rules.settings_not_reimbursed.items()
        named = next((n for n, s in settings if facility in s.facility_types), None)
        yield rules.finding(
            rules.facility_denied,
            line.line_number,
            f"{line.procedure_code} was billed with facility type {facility} (the first two "
            "digits of the type of bill)"
            + _reason(named, f"facility type {join_words(rules.facility_types)}"),
        )
    elif facility in rules.emergency_facility_types:
        yield from _judge_emergency(claim.admission_type or "", facility, line, rules)


def _judge_emergency(
    admission: str, facility: str, line: ServiceLine, rules: Rules
) -> Iterator[EditFinding]:
    if admission in rules.emergency_admission_types:
        return
    emergency = join_words(rules.emergency_admission_types)
    if not admission:
        yield rules.finding(
            rules.admission_type_not_stated,
            line.line_number,
            f"{line.procedure_code} was billed with facility type {facility}, which the policy "
            f"allows for emergency services only, and the claim states no admission type. Send a "
            f"replacement claim with the admission type (box 14); emergency is {emergency}.",
        )
        return
    yield rules.finding(
        rules.facility_denied,
        line.line_number,
        f"{line.procedure_code} was billed with facility type {facility}, which the policy allows "
        f"for emergency services only (admission type {emergency}); the claim says admission type "
        f"{admission}. If it was an emergency, send a replacement claim with admission type "
        f"{emergency} (box 14).",
    )


def _reason(setting: str | None, allowed: str) -> str:
    if setting is None:
        return (
            f", and the policy pays it only with {allowed}. If the service was given in one of "
            "these places, send a replacement claim that says so."
        )
    return (
        f": it was given to {setting}. The policy does not pay it there, because a nurse usually "
        "performs infusion therapy in that setting. If the claim names the wrong place, send a "
        "replacement claim."
    )


EDIT = LineEdit("place-of-service-not-allowed", Rules, judge, waits_for=WaitsFor.PROVIDER)
