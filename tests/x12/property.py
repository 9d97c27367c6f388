"""What must hold for every file: no claim has a value from outside its own segments.

The segments of a claim are those from its CLM to the next CLM, HL or end of a transaction; those of
its subscriber from the last HL of level 22 to the first CLM; those of its billing provider from the
last HL of level 20 to the next HL. This is found anew here, by position alone.
"""

import io
import re
from collections.abc import Iterator

from stream_edits.codec.jsonl import claim_to_line
from stream_edits.codec.x12 import ClaimNumber, ClaimPlace, NotX12, Reading, Refusal, read_claims
from stream_edits.codec.x12.segments import Block, BrokenHeader, read_blocks, text_of
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness, ServiceLine
from stream_edits.domain.normalized import clean_code, clean_diagnosis, clean_kind
from tests.jsonl import claim_from_json

READING = Reading(
    claim_number=ClaimNumber.ACCOUNT,
    line_of_business=LineOfBusiness.MEDI_CAL,
    is_drug=lambda _: True,
    note_times=True,
)
_ENDS = ("SE", "ST", "GS", "GE", "IEA", "ISA")
_OF_CLAIM = (
    *("claim_id", "patient_account_number", "member_id", "replaces_claim_id", "frequency_code"),
    *("billing_provider_npi", "attending_provider_npi", "place_of_service", "admission_type"),
)
_OF_LINE = (
    *("procedure_code", "place_of_service", "revenue_code", "rendering_provider_npi"),
    *("supervising_provider_npi", "ndc_qualifier", "ndc", "ndc_unit", "line_control_number"),
)


def read(data: bytes) -> list[tuple[ClaimPlace, ClaimEvent | Refusal]]:
    """What is read from the bytes of a file; nothing if they are no X12."""
    try:
        return list(read_claims(io.BytesIO(data), READING))
    except NotX12:
        return []


def violations(data: bytes) -> list[str]:
    """What does not hold for the file."""
    claims = [(at.number, claim) for at, claim in read(data) if isinstance(claim, ClaimEvent)]
    if not claims:
        return []
    own = _windows(data)
    found = []
    for number, claim in claims:
        if claim_from_json(claim_to_line(claim)) != claim:
            found.append(f"claim {number} reads back as another one")
        values = own[number - 1]
        found += [f"claim {number}: {name}" for name, x in _values(claim) if x not in values]
    return found


def _values(claim: ClaimEvent) -> Iterator[tuple[str, str]]:
    for name in _OF_CLAIM:
        if value := getattr(claim, name):
            yield name, value
    for code in claim.diagnosis_codes:
        yield "diagnosis_codes", code
    for attachment in claim.attachments:
        if attachment.control_number:
            yield "attachments", attachment.control_number
    for line in claim.lines:
        yield from _line_values(line)


def _line_values(line: ServiceLine) -> Iterator[tuple[str, str]]:
    for name in _OF_LINE:
        if value := getattr(line, name):
            yield name, value
    for modifier in line.modifiers:
        yield "modifiers", modifier
    if line.drug_name:
        yield "drug_name", line.drug_name


def _windows(data: bytes) -> list[set[str]]:
    """For each CLM, all elements and components that the claim may take values from."""
    found: list[set[str]] = []
    provider: set[str] = set()
    subscriber: set[str] = set()
    into: set[str] = set()
    for name, elements, values in _segments(data):
        if name == "HL":
            level = elements[3].strip() if len(elements) > 3 else ""
            into = set()
            if level == "20":
                provider, subscriber = into, set()
            elif level == "22":
                subscriber = into
        elif name == "CLM":
            into = {"1", "UN"} | provider | subscriber
            found.append(into)
        elif name in _ENDS:
            into, provider, subscriber = set(), set(), set()
        into |= values
    return found


def _segments(data: bytes) -> Iterator[tuple[str, list[str], set[str]]]:
    for block in _blocks(data):
        if block.header is not None:
            yield "ISA", [], set()
        for segment in block.segments:
            elements = segment.split(block.delimiters.element)
            parts = {x for e in elements for x in (e, *e.split(block.delimiters.component))}
            # Diagnoses that are repeated in one element are taken apart.
            parts |= {x for part in parts for x in re.split(r"[^\w\s.-]", part)}
            stripped = {text_of(part.strip()) for part in parts}
            made = {f(x) for x in stripped for f in (clean_code, clean_diagnosis, clean_kind)}
            yield elements[0], elements, stripped | made


def _blocks(data: bytes) -> Iterator[Block]:
    try:
        yield from read_blocks(io.BytesIO(data))
    except BrokenHeader:
        return
