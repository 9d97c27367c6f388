"""A claim as the walker found it to a ClaimEvent, by the rules of `table.csv`."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha1
from uuid import UUID

from stream_edits.codec.errors import ContractViolation
from stream_edits.codec.intake_checks import check_taken_in
from stream_edits.domain.claim import (
    ORIGINAL,
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
)
from stream_edits.domain.normalized import clean_kind

from .diagnoses import diagnoses_of, pointing
from .enrich import Owner
from .enriched import known_icn, known_kinds, with_known
from .found_claim import FoundClaim, Work, element, made
from .lines import service_line, statement_days
from .reading import ClaimNumber, Reading, RefusedClaim
from .segments import text_of
from .values import code_of, moment_of

_EVENTS = UUID("7b0f4a9e-4c1c-5d0a-9a55-0d8f3c0e8370")
# The digit of a UUID that has its variant in its first two bits, by the digit of the hash.
_VARIANTS = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
_FILING = "SBR09*"
# SBR02 of a subscriber who is the patient.
_SELF = "18"


def claim_of(found: FoundClaim, reading: Reading, warnings: Counter[str]) -> ClaimEvent:
    """The claim. Counts in ``warnings`` what it leaves out. Raises RefusedClaim."""
    fault = found.fault or found.subscriber.get("fault") or (found.dependent or {}).get("fault")
    if fault:
        raise RefusedClaim(fault)
    values = found.values
    account = text_of(values.get("patient_account_number", ""))
    work = with_known(found, _event_id(found, account), reading, warnings)
    member_id = _member_id(work)
    billing_npi = _billing_npi(found)
    patient = (member_id, *([billing_npi] if billing_npi else _payers_numbers(found)))
    diagnoses = diagnoses_of(work)
    lines = pointing(_lines(work), diagnoses, work)
    first, last = _statement(work, lines)
    facility, frequency = values.get("facility_code", ""), values.get("frequency_code", "")
    said = {
        "event_id": work.event_id,
        "event_time": _event_time(work),
        "claim_id": _claim_id(work, account),
        "frequency_code": code_of(frequency) or ORIGINAL,
        "replaces_claim_id": text_of(values.get("replaces_claim_id", "")) or None,
        "line_of_business": _line_of_business(work),
        "claim_form": found.transaction.form,
        "member_id": member_id,
        "encounter_id": None,
        "billing_provider_npi": billing_npi,
        "attending_provider_npi": values.get("attending_provider_npi") or None,
        "place_of_service": values.get("place_of_service"),
        "type_of_bill": code_of(f"0{facility}{frequency}") if facility else None,
        "admission_type": code_of(values.get("admission_type", "")) or None,
        "statement_from": first,
        "statement_through": last,
        "diagnosis_codes": diagnoses.codes,
        "attachments": tuple(_attachments(work, lines, patient)),
        "lines": tuple(lines),
        "received_date": work.known.get("received_date"),
        "crossover": work.known.get("crossover", False),
        "patient_account_number": account or None,
    }
    return _taken_in(made(ClaimEvent, said), reading.recorded_ms)


def _taken_in(claim: ClaimEvent, recorded_ms: int) -> ClaimEvent:
    try:
        check_taken_in(claim, recorded_ms)
    except ContractViolation as violation:
        raise RefusedClaim(violation.message) from None
    return claim


def _claim_id(work: Work, account: str) -> str:
    match work.reading.claim_number:
        case ClaimNumber.TRACE:
            number = text_of(work.found.values.get("trace_number", ""))
        case ClaimNumber.ACCOUNT:
            number = account
        case ClaimNumber.ICN_FILE:
            number = known_icn(work)
    if not number:
        raise RefusedClaim(f"no claim number ({work.reading.claim_number.value})")
    return number


def _member_id(work: Work) -> str:
    known = work.known.get("member_id")
    if known is None and work.found.dependent is not None:
        raise RefusedClaim("a dependent without an id from the enrich file")
    subscriber = work.found.subscriber
    is_patient = code_of(subscriber.get("relationship", "")) == _SELF
    if known is None and "has_dependents" in subscriber and not is_patient:
        raise RefusedClaim("a patient whose loop (2000C) is missing")
    number = known or text_of(subscriber.get("member_id", ""))
    if not number:
        raise RefusedClaim("no subscriber id")
    return number


def _billing_npi(found: FoundClaim) -> str:
    """Blank for a provider who has no NPI and whom the payer knows by a number of its own."""
    if "fault" in found.provider:
        raise RefusedClaim(found.provider["fault"])
    npi = found.provider.get("billing_provider_npi")
    if npi is None:
        raise RefusedClaim("no billing provider")
    if not npi and not any(_payers_numbers(found)):
        raise RefusedClaim("no NPI of the billing provider")
    return str(npi)


def _payers_numbers(found: FoundClaim) -> tuple[str, ...]:
    return tuple(element(each, 2) for each in found.subscriber.get("payers_provider_id", ()))


def _line_of_business(work: Work) -> LineOfBusiness:
    payers, subscriber = work.reading.payers, work.found.subscriber
    line = (
        payers.get(text_of(subscriber.get("payer_id", "")))
        or payers.get(_FILING + code_of(subscriber.get("filing_code", "")))
        or work.reading.line_of_business
    )
    if line is None:
        raise RefusedClaim("a payer that the payer map does not know")
    return line


def _event_id(found: FoundClaim, account: str) -> str:
    """The UUID of version 5 that `uuid.uuid5` gives, in a quarter of its time.

    Some senders never change their control numbers, so what BHT says of the batch counts as well.
    """
    sent = found.transaction
    name = "\n".join((*sent.lineage, *sent.batch, account, str(found.place)))
    digits = sha1(_EVENTS.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANTS[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def _event_time(work: Work) -> datetime:
    _, day, time = work.found.transaction.batch
    moment, is_known = moment_of(day, time, work.reading.time_zone)
    if not is_known:
        work.warnings["claims without a time in BHT05, taken as midnight"] += 1
    return moment


def _lines(work: Work) -> list[ServiceLine]:
    if not work.found.lines:
        raise RefusedClaim("no service line")
    lines = []
    for number, line in enumerate(work.found.lines, start=1):
        try:
            lines.append(service_line(line, work))
        except RefusedClaim as refused:
            raise RefusedClaim(refused.reason, number) from None
    unmet = work.known_lines.keys() - {line.line_number for line in lines}
    if unmet:
        work.warnings["lines of the enrich file that their claims do not have"] += len(unmet)
    return lines


def _statement(work: Work, lines: Iterable[ServiceLine]) -> tuple[date, date]:
    """The days of the claim: as it states them, or on a professional claim those of its lines."""
    if work.found.transaction.form is ClaimForm.UB04:
        first, last = statement_days(work)
        return first, last or first
    days = [x.service_date for x in lines]
    return min(days), max([*days, *[x.service_date_through or x.service_date for x in lines]])


def _attachments(work: Work, lines: Iterable[ServiceLine], patient: Owner) -> Iterable[Attachment]:
    """The attachments of the claim and its lines, and what the payer knows to have come."""
    for elements in work.found.values.get("attachments", ()):
        yield from _documents(work, elements, (), patient)
    for kind in work.known.get("kinds", ()):
        yield Attachment(kind=clean_kind(kind))
    if not work.known_lines and not any("attachments_of_line" in x for x in work.found.lines):
        return
    for line, stated in zip(lines, work.found.lines, strict=True):
        of_line = (line.line_number,)
        for elements in stated.get("attachments_of_line", ()):
            yield from _documents(work, elements, of_line, patient)
        for kind in work.known_lines.get(line.line_number, {}).get("kinds", ()):
            yield Attachment(kind=clean_kind(kind), line_numbers=of_line)


def _documents(
    work: Work,
    elements: tuple[str, ...],
    line_numbers: tuple[int, ...],
    patient: Owner,
) -> Iterable[Attachment]:
    """A PWK segment: one attachment for each kind that its code stands for."""
    code, transmission = code_of(element(elements, 1)), code_of(element(elements, 2))
    control = element(elements, 6)
    if not code:
        return
    known = known_kinds(work, control, patient)
    for kind in known or work.reading.kinds.get(code) or (f"x12:{code}",):
        said = {
            "kind": clean_kind(kind),
            "line_numbers": line_numbers,
            "report_type_code": code,
            "control_number": control or None,
            "transmission_code": transmission or None,
        }
        yield made(Attachment, said)
