"""The values of the edit."""

from datetime import timedelta
from functools import cached_property

from stream_edits.policies.values.codes import FacilityTypes, RevenueCodes
from stream_edits.policies.values.rules import Days, EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml: an outcome for each field, and what tells which lines need it.

    Lines with one of ``coded_revenue`` need a procedure code, and those with one of
    ``coded_without_administration`` on a day without an administration line.
    """

    longest_days: Days
    coded_revenue: RevenueCodes
    coded_without_administration: RevenueCodes
    inpatient_types: FacilityTypes
    place_of_service: Outcome
    diagnosis: Outcome
    billing_provider_missing: Outcome
    billing_provider_invalid: Outcome
    attending_provider: Outcome
    type_of_bill: Outcome
    frequency: Outcome
    revenue_code: Outcome
    procedure_code: Outcome
    missing_procedure_code: Outcome
    units: Outcome
    statement_dates: Outcome
    outside_statement: Outcome
    service_dates: Outcome
    line_numbers: Outcome
    replaced_claim: Outcome

    @cached_property
    def longest(self) -> timedelta:
        """The longest plausible time of a line."""
        return timedelta(days=self.longest_days)
