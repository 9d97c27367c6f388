"""Providers must submit a complete form with codes for its services (6.21-P IV.A.1, IV.A.2)."""

from collections.abc import Callable, Iterator
from datetime import date

from stream_edits.domain.claim import ORIGINAL, REPLACEMENT, VOID, ClaimEvent, ClaimForm
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.npi import is_npi
from stream_edits.policies.edit_types import ClaimEdit
from stream_edits.policies.khs_6_21_p.incomplete_claim_form.line_faults import (
    Complaint,
    has_code_fault,
    line_faults,
)
from stream_edits.policies.khs_6_21_p.incomplete_claim_form.rules import Rules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.forms import bill_frequency, facility_type

_WITHDRAWING = {REPLACEMENT: "replaces", VOID: "voids"}
_FREQUENCIES = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def judge(claim: ClaimEvent, on: Callable[[date], PolicyOnDate]) -> Iterator[EditFinding]:
    """Check the header (claim-level) and each line (line-level)."""
    header = on(claim.first_day)[Rules]
    # Most claims are originals, whose frequency has no fault.
    if claim.frequency != ORIGINAL:
        for outcome, message in _reference_faults(claim, header):
            yield header.finding(outcome, None, message)
    for outcome, message in _header_faults(claim, header):
        yield header.finding(outcome, None, message)
    if claim.is_void:
        return
    for line, (outcome, message) in line_faults(claim, on):
        yield on(line.service_date)[Rules].finding(outcome, line.line_number, message)


def _reference_faults(claim: ClaimEvent, rules: Rules) -> Iterator[Complaint]:
    """What is wrong with the frequency, and with the claim that this one replaces or voids."""
    if claim.frequency_code not in _FREQUENCIES:
        yield (
            rules.frequency,
            "The frequency code is not one digit or letter. Send the claim with frequency code 1, "
            "or with 7 or 8 and the original reference number if it replaces or voids a claim.",
        )
    if _contradicts_bill(claim):
        yield (
            rules.type_of_bill,
            f"The frequency code says that this claim {_WITHDRAWING[claim.frequency]} another, and "
            "the last digit of its type of bill says otherwise. Send the claim with the same "
            "frequency in both.",
        )
    if claim.frequency in _WITHDRAWING and not claim.withdraws:
        yield (
            rules.replaced_claim,
            f"Frequency {claim.frequency} says that this claim {_WITHDRAWING[claim.frequency]} "
            "another, but it does not name that claim. Send it with the original reference number.",
        )


def _contradicts_bill(claim: ClaimEvent) -> bool:
    """Whether one of frequency code and type of bill says replacement, and the other void."""
    if claim.claim_form is not ClaimForm.UB04 or claim.frequency not in _WITHDRAWING:
        return False
    billed = bill_frequency(claim.type_of_bill)
    return billed in _WITHDRAWING and billed != claim.frequency


def _header_faults(claim: ClaimEvent, rules: Rules) -> Iterator[Complaint]:
    if not any(map(str.strip, claim.diagnosis_codes)):
        yield (
            rules.diagnosis,
            # Codes of ICD-9 are no diagnosis codes on these days, and X12 files are read without.
            "The claim has no ICD-10 diagnosis code. Send it with one at least.",
        )
    if not claim.billing_provider_npi.strip():
        yield (
            rules.billing_provider_missing,
            "The claim has no NPI of the billing provider. Send it with the NPI.",
        )
    elif not is_npi(claim.billing_provider_npi):
        yield (
            rules.billing_provider_invalid,
            "The billing provider's NPI is not a valid one: ten digits with a right check digit. "
            "Send the claim with the right NPI.",
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
    # Also "N/A" and the like: an NPI has digits.
    if not any(map(str.isdigit, claim.attending_provider_npi or "")):
        yield (
            rules.attending_provider,
            "The UB-04 has no attending provider. Send the claim with the NPI in box 76.",
        )


EDIT = ClaimEdit(
    "incomplete-claim-form", Rules, judge, names_line=has_code_fault, waits_for=WaitsFor.PROVIDER
)
