"""The primary services of add-on codes, also in neighbouring visits (6.21-P IV.B.2)."""

from collections.abc import Callable
from datetime import date, timedelta

from stream_edits.domain.claim import ClaimEvent, ClaimForm
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.shared.forms import revenue_code
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome

_DAY = timedelta(days=1)


class AddOnRules(EditRules):
    """Values of add_on_without_primary/policy.yaml.

    ``primaries`` holds, for each add-on code, the codes that may be its primary. A UB-04 with one
    of ``emergency_revenue`` or ``emergency_codes`` shows an emergency or observation.
    """

    primaries: dict[str, CodeSet]
    emergency_revenue: CodeSet
    emergency_codes: CodeSet
    orphan: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The add-ons and their primaries."""
        return frozenset(self.primaries).union(*self.primaries.values())


def counts_as_primary(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether an add-on may add to a line: active, or denied but to be rebilled."""
    return (
        encounter.is_active(line)
        or encounter.keeps_primary(line)
        or encounter.code_of(line) != line.code
    )


def neighbours_primary(
    encounter: Encounter, line: EncounterLine, accepts: Callable[[EncounterLine], bool]
) -> EncounterLine | None:
    """A primary of an add-on in a neighbouring visit that ``accepts`` holds for, if any.

    A neighbouring visit is another one of the same day; one of the day before, on the same claim
    or under the same encounter number; and any on the same UB-04 if that shows an emergency or
    observation.
    """
    around = encounter.around
    allowed = line.policy[AddOnRules].primaries.get(line.code)
    if around is encounter or allowed is None:
        return None
    for other in around.lines:
        if (
            other.encounter_key != line.encounter_key
            and around.code_of(other) in allowed
            and counts_as_primary(around, other)
            and _is_near(around, line, other)
            and accepts(other)
        ):
            return other
    return None


def _is_near(around: Encounter, line: EncounterLine, other: EncounterLine) -> bool:
    if other.billing_npi != line.billing_npi:
        return False
    days = _days_of(around, other)
    if line.service_date in days:
        return True
    number = line.visit.encounter_id
    same_claim = other.claim_id == line.claim_id
    is_linked = same_claim or (number is not None and other.visit.encounter_id == number)
    if is_linked and any(line.service_date - day == _DAY for day in days):
        return True
    return same_claim and line.claim is not None and _shows_emergency(line, line.claim)


def _days_of(around: Encounter, line: EncounterLine) -> set[date]:
    """The service days of the visit that a line belongs to."""
    return {x.service_date for x in around.lines if x.encounter_key == line.encounter_key}


def _shows_emergency(line: EncounterLine, claim: ClaimEvent) -> bool:
    rules = line.policy[AddOnRules]
    return claim.claim_form is ClaimForm.UB04 and any(
        revenue_code(x) in rules.emergency_revenue or x.procedure_code in rules.emergency_codes
        for x in claim.lines
    )
