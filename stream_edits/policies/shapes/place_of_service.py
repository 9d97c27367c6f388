"""The shape ``place_of_service``: some codes are paid, or not paid, in some places only.

A CMS-1500 says the place by its place of service, a UB-04 by its facility type. A claim that says
neither is not judged.
"""

from collections.abc import Iterator
from typing import Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shapes.shape import Declared, Shape, ShapeRules
from stream_edits.policies.shared.forms import facility_type
from stream_edits.policies.values.codes import AdmissionTypes, FacilityTypes, PlacesOfService
from stream_edits.policies.values.rules import Outcome, ProcedureCodes
from stream_edits.text import join_words


class Setting(BaseModel):
    """A setting that is not paid, with its place of service and facility type codes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    places: PlacesOfService = frozenset()
    facility_types: FacilityTypes = frozenset()


class Rules(ShapeRules):
    """``places`` and ``facility_types`` are the only ones that are paid; without them, all are but
    ``settings_not_reimbursed``, which are by their name in a message.

    A facility type of ``emergency_facility_types`` is paid with an admission type of
    ``emergency_admission_types`` only.
    """

    codes: ProcedureCodes
    places: PlacesOfService = frozenset()
    facility_types: FacilityTypes = frozenset()
    emergency_facility_types: FacilityTypes = frozenset()
    emergency_admission_types: AdmissionTypes = frozenset()
    settings_not_reimbursed: dict[str, Setting] = Field({})
    place_denied: Outcome | None = None
    facility_denied: Outcome | None = None
    admission_type_not_stated: Outcome | None = None

    @model_validator(mode="after")
    def _has_outcomes(self) -> Self:
        settings = self.settings_not_reimbursed.values()
        places = bool(self.places) or any(x.places for x in settings)
        types = bool(self.facility_types or self.emergency_facility_types) or any(
            x.facility_types for x in settings
        )
        needed = {
            "place_denied": places and self.place_denied is None,
            "facility_denied": types and self.facility_denied is None,
            "admission_type_not_stated": bool(self.emergency_facility_types)
            and self.admission_type_not_stated is None,
        }
        for name, is_missing in needed.items():
            if is_missing:
                raise ValueError(f"{name} is missing, the outcome for what these values name")
        if not (places or types):
            raise ValueError("should name places, facility_types or settings_not_reimbursed")
        return self

    def in_vain(self) -> Iterator[tuple[str, str]]:
        """Facility types that are not paid, so that no admission type makes them paid."""
        named = [x.facility_types for x in self.settings_not_reimbursed.values()]
        unpaid = frozenset[str]().union(*named)
        if self.facility_types:
            unpaid |= self.emergency_facility_types - self.facility_types
        others = sorted(self.emergency_facility_types & unpaid)
        if others:
            yield (
                "emergency_facility_types",
                f"facility type {join_words(others)} is not paid with any admission type: it is "
                "not among facility_types, or is of a setting that is not reimbursed",
            )


def make(edit: Declared) -> LineEdit:
    """An edit of this shape."""
    own = cast(type[Rules], edit.rules)

    def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
        """Check the CMS-1500 place of service, or the UB-04 facility type and admission type."""
        rules = policy[own]
        if claim.claim_form is ClaimForm.CMS1500:
            place = claim.place_of(line)
            if place and place not in rules.places:
                yield from _judge_place(edit, place, line, rules)
            return
        facility = facility_type(claim.type_of_bill)
        if facility is None:
            return
        is_emergency = facility in rules.emergency_facility_types
        if facility not in rules.facility_types and (rules.facility_types or not is_emergency):
            yield from _judge_facility(edit, facility, line, rules)
        elif is_emergency:
            yield from _judge_emergency(claim.admission_type or "", facility, line, rules)

    return LineEdit(edit.id, own, judge, waits_for=edit.waits_for or WaitsFor.PROVIDER)


def _judge_place(
    edit: Declared, place: str, line: ServiceLine, rules: Rules
) -> Iterator[EditFinding]:
    settings = rules.settings_not_reimbursed.items()
    named = next((name for name, each in settings if place in each.places), None)
    if rules.place_denied and (named or rules.places):
        billed = f"{line.procedure_code} was billed with place of service {place}"
        reason = _reason(edit, named, f"place of service {join_words(rules.places)}")
        yield rules.finding(rules.place_denied, line.line_number, billed + reason)


def _judge_facility(
    edit: Declared, facility: str, line: ServiceLine, rules: Rules
) -> Iterator[EditFinding]:
    settings = rules.settings_not_reimbursed.items()
    named = next((name for name, each in settings if facility in each.facility_types), None)
    if rules.facility_denied and (named or rules.facility_types):
        billed = (
            f"{line.procedure_code} was billed with facility type {facility} (the first two "
            "digits of the type of bill)"
        )
        reason = _reason(edit, named, f"facility type {join_words(rules.facility_types)}")
        yield rules.finding(rules.facility_denied, line.line_number, billed + reason)


def _judge_emergency(
    admission: str, facility: str, line: ServiceLine, rules: Rules
) -> Iterator[EditFinding]:
    if admission in rules.emergency_admission_types:
        return
    emergency = join_words(rules.emergency_admission_types)
    if not admission:
        if rules.admission_type_not_stated is None:
            return
        yield rules.finding(
            rules.admission_type_not_stated,
            line.line_number,
            f"{line.procedure_code} was billed with facility type {facility}, which the policy "
            f"allows for emergency services only, and the claim states no admission type. Send a "
            f"replacement claim with the admission type (box 14); emergency is {emergency}.",
        )
    elif rules.facility_denied:
        yield rules.finding(
            rules.facility_denied,
            line.line_number,
            f"{line.procedure_code} was billed with facility type {facility}, which the policy "
            f"allows for emergency services only (admission type {emergency}); the claim says "
            f"admission type {admission}. If it was an emergency, send a replacement claim with "
            f"admission type {emergency} (box 14).",
        )


def _reason(edit: Declared, setting: str | None, allowed: str) -> str:
    if setting is None:
        return (
            f", and the policy pays it only with {allowed}. If the service was given in one of "
            "these places, send a replacement claim that says so."
        )
    why = edit.in_own_words.get("why_not", "")
    return (
        f": it was given to {setting}. The policy does not pay it there"
        f"{f', {why}' if why else ''}. If the claim names the wrong place, send a replacement "
        "claim."
    )


SHAPE = Shape("place_of_service", Rules, make, messages={"why_not": frozenset()})
