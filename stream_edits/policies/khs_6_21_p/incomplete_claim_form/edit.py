"""Providers must submit a complete form (6.21-P IV.A.1)."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property

from stream_edits.domain.claim import REPLACEMENT, ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.policies.edit_types import ClaimEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.forms import facility_type, is_npi
from stream_edits.policies.values.rules import Days, EditRules, Outcome

Complaint = tuple[Outcome, str]


class Rules(EditRules):
    """Values of policy.yaml: an outcome for each field, and the longest plausible time."""

    longest_days: Days
    place_of_service: Outcome
    diagnosis: Outcome
    billing_provider: Outcome
    attending_provider: Outcome
    type_of_bill: Outcome
    revenue_code: Outcome
    units: Outcome
    statement_dates: Outcome
    service_dates: Outcome
    line_numbers: Outcome
    replaced_claim: Outcome

    @cached_property
    def longest(self) -> timedelta:
        """The longest plausible time of a line."""
        return timedelta(days=self.longest_days)


def judge(claim: ClaimEvent, on: Callable[[date], PolicyOnDate]) -> Iterator[EditFinding]:
    """Check the header (claim-level) and each line (line-level)."""
    header = on(claim.first_day)[Rules]
    for outcome, message in _reference_faults(claim, header):
        yield header.finding(outcome, None, message)
    if claim.is_void:
        return
    for outcome, message in _header_faults(claim, header):
        yield header.finding(outcome, None, message)
    for line in claim.lines:
        policy = on(line.service_date)
        for outcome, message in _line_faults(claim, line, policy):
            yield policy[Rules].finding(outcome, line.line_number, message)


def _reference_faults(claim: ClaimEvent, rules: Rules) -> Iterator[Complaint]:
    replaces = claim.is_void or claim.frequency_code == REPLACEMENT
    if replaces and not claim.withdraws:
        kind = "voids" if claim.is_void else "replaces"
        yield (
            rules.replaced_claim,
            f"Frequency code {claim.frequency_code} says that this claim {kind} another, but it "
            "does not name that claim. Send it with the original reference number.",
        )


def _header_faults(claim: ClaimEvent, rules: Rules) -> Iterator[Complaint]:
    if not any(code.strip() for code in claim.diagnosis_codes):
        yield rules.diagnosis, "The claim has no diagnosis code. Send it with one at least."
    if not is_npi(claim.billing_provider_npi):
        yield (
            rules.billing_provider,
            "The billing provider's NPI is missing or is not a valid NPI (ten digits with a right "
            "check digit). Send the claim with the NPI.",
        )
    if claim.statement_through < claim.statement_from:
        yield (
            rules.statement_dates,
            "The statement's through date lies before its from date. Send the claim with the "
            "right statement period.",
        )
    numbers = [line.line_number for line in claim.lines]
    if len(set(numbers)) < len(numbers):
        yield (
            rules.line_numbers,
            "Two lines of the claim have the same line number. Send the claim with each line "
            "numbered once.",
        )
    if claim.claim_form is ClaimForm.UB04:
        yield from _ub04_faults(claim, rules)


def _ub04_faults(claim: ClaimEvent, rules: Rules) -> Iterator[Complaint]:
    if facility_type(claim.type_of_bill) is None:
        yield (
            rules.type_of_bill,
            "The UB-04 has no type of bill, or not one of three characters (four with a leading "
            "zero). Send the claim with the type of bill in box 4.",
        )
    if not (claim.attending_provider_npi or "").strip():
        yield (
            rules.attending_provider,
            "The UB-04 has no attending provider. Send the claim with the NPI in box 76.",
        )


def _line_faults(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> list[Complaint]:
    # Lists are faster than generators here, because nearly all lines have no fault.
    rules, code = policy[Rules], line.procedure_code
    faults: list[Complaint] = []
    if not (math.isfinite(line.units) and line.units > 0):
        faults.append(
            (
                rules.units,
                f"{code} was billed without a number of units above zero. Send a replacement claim "
                "with the units given.",
            )
        )
    if code in policy.governed:
        faults += _missing_from_box(claim, line, rules)
    if line.start_time or line.service_date_through:
        faults += _date_faults(line, rules)
    return faults


def _missing_from_box(claim: ClaimEvent, line: ServiceLine, rules: Rules) -> Sequence[Complaint]:
    code = line.procedure_code
    if claim.claim_form is ClaimForm.UB04:
        if (line.revenue_code or "").strip():
            return ()
        message = (
            f"{code} was billed without a revenue code. Send a replacement claim with the code in "
            "box 42."
        )
        return [(rules.revenue_code, message)]
    if (claim.place_of(line) or "").strip():
        return ()
    message = (
        f"{code} was billed without a place of service. Send a replacement claim with the place in "
        "box 24B."
    )
    return [(rules.place_of_service, message)]


def _date_faults(line: ServiceLine, rules: Rules) -> list[Complaint]:
    start, end, through = line.start_time, line.end_time, line.service_date_through
    faults = []
    if through and through < line.service_date:
        faults.append("a through date before its date of service")
    if start and end:
        if end <= start:
            faults.append("an end time that is not after its start time")
        if end - start > rules.longest:
            faults.append(f"documented times more than {rules.longest_days:g} days apart")
    return [(rules.service_dates, _dates(line.procedure_code, fault)) for fault in faults]


def _dates(code: str, fault: str) -> str:
    return f"{code} has {fault}. Send a replacement claim with the right dates and times."


EDIT = ClaimEdit("incomplete-claim-form", Rules, judge)
