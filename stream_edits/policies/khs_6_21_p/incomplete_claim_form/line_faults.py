"""The faults of a line: its procedure code, and the other boxes of a governed line."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from stream_edits.domain.claim import LATE_CHARGES, ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.encounter import encounter_keys
from stream_edits.domain.normalized import UNIT
from stream_edits.policies.khs_6_21_p.incomplete_claim_form.rules import Rules
from stream_edits.policies.khs_6_21_p.vocabulary.itemized import is_held
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Technique, VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.forms import facility_type, is_malformed_code, revenue_code
from stream_edits.policies.values.rules import Outcome
from stream_edits.text import counted

Complaint = tuple[Outcome, str]

# X12 SV103, SV205.
_MEASURES = {"MJ": "minutes", "DA": "days"}
_INFUSIONS = (Technique.INFUSION, Technique.SUBCUTANEOUS_INFUSION)


def line_faults(
    claim: ClaimEvent, on: Callable[[date], PolicyOnDate]
) -> Iterator[tuple[ServiceLine, Complaint]]:
    """What is wrong with each line. Of one that the policy does not govern only its code can be."""
    ub04, place = claim.claim_form is ClaimForm.UB04, claim.place_of_service
    first, last = claim.statement_from, claim.statement_through
    day, policy = first, on(first)
    # One loop without calls, because nearly all lines have no fault.
    for line in claim.lines:
        if line.service_date != day:
            day = line.service_date
            policy = on(day)
        if line.procedure_code not in policy.governed:
            if has_code_fault(claim, line, policy):
                yield line, _code_fault(line, policy[Rules])
            continue
        if line.service_date_through and is_held(line, policy):
            continue
        if not (line.unit_of_measure == UNIT and line.units > 0 and math.isfinite(line.units)):
            yield line, _unit_fault(line, policy[Rules])
        if not (line.revenue_code if ub04 else line.place_of_service or place):
            yield line, _missing_from_box(line, ub04, policy[Rules])
        # No date lies in a period that ends before it begins: its own fault is in the header.
        if not first <= line.service_date <= last and first <= last:
            yield line, _outside_statement(line, policy[Rules])
        if line.start_time or line.service_date_through:
            for complaint in _date_faults(line, policy):
                yield line, complaint


def has_code_fault(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> bool:
    """Whether the procedure code of a line is malformed, or missing where one is needed."""
    code = line.procedure_code
    return is_malformed_code(code) if code.strip() else _lacks_code(claim, line, policy)


def _code_fault(line: ServiceLine, rules: Rules) -> Complaint:
    if line.procedure_code.strip():
        # What was billed is not repeated, since it may be anything.
        message = (
            "The line's procedure code is not a code of five letters and digits. Send a "
            "replacement claim with the CPT or HCPCS code alone, and modifiers in their own boxes."
        )
        return rules.procedure_code, message
    message = (
        f"Revenue code {revenue_code(line)} was billed with a charge and no CPT or HCPCS code, so "
        "nothing tells which service was given. Send a replacement claim with the CPT or HCPCS "
        "code in box 44."
    )
    return rules.missing_procedure_code, message


def _lacks_code(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> bool:
    if claim.claim_form is not ClaimForm.UB04 or not (line.charge_amount or 0) > 0:
        return False
    rules, revenue = policy[Rules], revenue_code(line)
    if revenue not in rules.coded_revenue and revenue not in rules.coded_without_administration:
        return False
    if facility_type(claim.type_of_bill) in rules.inpatient_types:
        return False
    if revenue in rules.coded_revenue:
        return True
    # The administration that late charges belong to is on an earlier bill.
    return claim.frequency != LATE_CHARGES and not _has_administration(claim, line, policy)


def _has_administration(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> bool:
    """Whether the claim has an administration line on a day that a line covers, or in its visit."""
    words = policy[VocabularyRules]
    first, last = line.service_date, line.service_date_through or line.service_date
    given = {
        day for day, codes in claim.codes_by_day.items() if codes & words.administration.keys()
    }
    if first in given or any(first < day <= last for day in given):
        return True
    return bool(given) and _is_in_a_visit_with_one(claim, line, words)


def _is_in_a_visit_with_one(claim: ClaimEvent, line: ServiceLine, words: VocabularyRules) -> bool:
    visits = list(zip(claim.lines, encounter_keys(claim, words.visit_codes()), strict=True))
    with_one = {visit for each, visit in visits if each.procedure_code in words.administration}
    return any(each is line and visit in with_one for each, visit in visits)


def _unit_fault(line: ServiceLine, rules: Rules) -> Complaint:
    code = line.procedure_code
    if not (math.isfinite(line.units) and line.units > 0):
        message = (
            f"{code} was billed without a number of units above zero. Send a replacement claim "
            "with the units given."
        )
        return rules.units, message
    counted = _MEASURES.get(line.unit_of_measure, "another measure than units of service")
    message = (
        f"{code} was billed in {counted}, but the policy counts units of service. Send a "
        f"replacement claim with the number of units and unit of measure {UNIT}."
    )
    return rules.units, message


def _missing_from_box(line: ServiceLine, ub04: bool, rules: Rules) -> Complaint:
    missing, box = ("a revenue code", "42") if ub04 else ("a place of service", "24B")
    message = (
        f"{line.procedure_code} was billed without {missing}. Send a replacement claim with it in "
        f"box {box}."
    )
    return rules.revenue_code if ub04 else rules.place_of_service, message


def _outside_statement(line: ServiceLine, rules: Rules) -> Complaint:
    message = (
        f"{line.procedure_code} has a date of service outside the claim's statement period. Send a "
        "replacement claim with the right date of service, or the right period."
    )
    return rules.outside_statement, message


def _date_faults(line: ServiceLine, policy: PolicyOnDate) -> Sequence[Complaint]:
    rules = policy[Rules]
    start, end, through = line.start_time, line.end_time, line.service_date_through
    if through is None and start and end and start < end and end - start <= rules.longest:
        # The usual case.
        return ()
    faults = []
    if through and through < line.service_date:
        faults.append("a through date before its date of service")
    if start and end:
        if end < start:
            faults.append("an end time before its start time")
        elif end == start and _is_infusion(line.procedure_code, policy):
            faults.append("an end time equal to its start time, and an infusion takes time")
        if end - start > rules.longest:
            faults.append(f"documented times more than {counted(rules.longest_days, 'days')} apart")
    return [(rules.service_dates, _dates(line.procedure_code, fault)) for fault in faults]


def _is_infusion(code: str, policy: PolicyOnDate) -> bool:
    traits = policy[VocabularyRules].administration.get(code)
    return traits is not None and traits.technique in _INFUSIONS


def _dates(code: str, fault: str) -> str:
    return f"{code} has {fault}. Send a replacement claim with the right dates and times."
