"""The claim as it arrives (docs/spec/contract.md, ClaimEvent, ServiceLine, Attachment).

Plain frozen dataclasses. pydantic checks input against their annotations (codec/violations.py).
Decoded Avro and JSON give equal objects, so a claim gets the same decision in either format. An
incomplete claim is still a valid ``ClaimEvent``; the edit ``incomplete-claim-form`` judges it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from stream_edits.domain.field_types import (
    Code,
    Day,
    Diagnosis,
    Dollars,
    Instant,
    Int32,
    Kind,
    Number,
    Text,
    Truth,
    UnitOfMeasure,
    UnitPrice,
    Units,
    WallClock,
)
from stream_edits.domain.normalized import SUPPLY_NUMBERS, UNIT

VOID = "8"
REPLACEMENT = "7"
ORIGINAL = "1"
LATE_CHARGES = "5"
# X12 837 PWK02: the document is available on request, so it was not sent.
ON_REQUEST = "AA"

_NO_DOCUMENTS = frozenset[str]()
WITHDRAWING = (REPLACEMENT, VOID)
_STATED_BY_BILLS = (LATE_CHARGES, *WITHDRAWING)
_PLACEHOLDERS = ("000000000", "999999999")  # Filled in for an unknown provider.
_BILL_DIGITS = 3  # Or four with a leading zero.


class LineOfBusiness(StrEnum):
    """Who pays. A policy names the lines of business that it governs."""

    MEDI_CAL = "MEDI_CAL"
    MEDICARE = "MEDICARE"
    CORPORATE = "CORPORATE"
    OTHER = "OTHER"


class ClaimForm(StrEnum):
    """The form of a claim: CMS-1500 (professional) or UB-04 (institutional)."""

    CMS1500 = "CMS1500"
    UB04 = "UB04"


class Supervision(StrEnum):
    """The physician supervision of a line (42 CFR 410.32(b)(3))."""

    PERSONALLY_PERFORMED = "PERSONALLY_PERFORMED"
    DIRECT = "DIRECT"
    GENERAL = "GENERAL"
    NONE = "NONE"
    NOT_STATED = "NOT_STATED"


# Claims with NaN or infinite units are judged too, so JSON must read and write these values.
_AS_THE_CONTRACT_HAS_IT = ConfigDict(extra="forbid", ser_json_inf_nan="constants")


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A document attached to the claim. Empty ``line_numbers`` means that it covers every line."""

    __pydantic_config__: ClassVar = _AS_THE_CONTRACT_HAS_IT

    kind: Kind
    line_numbers: tuple[Int32, ...] = ()
    report_type_code: Code | None = None
    control_number: Text | None = None
    transmission_code: Code | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """One billed service. Start and end times are local wall-clock time, without a zone."""

    __pydantic_config__: ClassVar = _AS_THE_CONTRACT_HAS_IT

    line_number: Int32
    procedure_code: Code
    modifiers: tuple[Code, ...] = ()
    units: Units
    service_date: Day
    service_date_through: Day | None = None
    start_time: WallClock | None = None
    end_time: WallClock | None = None
    place_of_service: Code | None = None
    revenue_code: Code | None = None
    charge_amount: Dollars | None = None
    rendering_provider_npi: Number | None = None
    supervising_provider_npi: Number | None = None
    supervision: Supervision = Supervision.NOT_STATED
    diagnosis_pointers: tuple[Int32, ...] = ()
    ndc_qualifier: Code | None = None
    ndc: Text | None = None
    drug_name: Text | None = None
    drug_strength: Text | None = None
    drug_dosage: Text | None = None
    drug_unit_price: UnitPrice | None = None
    unit_of_measure: UnitOfMeasure = UNIT
    ndc_quantity: Units | None = None
    ndc_unit: Code | None = None
    line_control_number: Text | None = None

    @property
    def spans_days(self) -> bool:
        """Whether the line covers more than one day: its through date is after its date."""
        return self.service_date_through is not None and (
            self.service_date_through > self.service_date
        )

    @property
    def supervisor(self) -> str | None:
        """The NPI of the supervising, or else of the rendering provider, unless a placeholder."""
        for npi in (self.supervising_provider_npi, self.rendering_provider_npi):
            if npi and npi[:9] not in _PLACEHOLDERS:
                return npi
        return None

    @property
    def names_drug(self) -> bool:
        """Whether the line gives an NDC or a drug name, which are not only blanks."""
        if self.drug_name and self.drug_name.strip():
            return True
        return bool(self.ndc and self.ndc.strip() and self.ndc_qualifier not in SUPPLY_NUMBERS)


@dataclass(frozen=True, kw_only=True)
class ClaimEvent:
    """A claim as published on ``claims.events``."""

    __pydantic_config__: ClassVar = _AS_THE_CONTRACT_HAS_IT

    event_id: Text
    event_time: Instant
    claim_id: Text
    frequency_code: Code = ORIGINAL
    replaces_claim_id: Text | None = None
    line_of_business: LineOfBusiness = LineOfBusiness.OTHER
    claim_form: ClaimForm
    member_id: Text
    encounter_id: Number | None = None
    billing_provider_npi: Number
    attending_provider_npi: Number | None = None
    place_of_service: Code | None = None
    type_of_bill: Code | None = None
    admission_type: Code | None = None
    statement_from: Day
    statement_through: Day
    diagnosis_codes: tuple[Diagnosis, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    lines: Annotated[tuple[ServiceLine, ...], Field(min_length=1)]
    received_date: Day | None = None
    crossover: Truth = False
    patient_account_number: Text | None = None

    @cached_property
    def frequency(self) -> str:
        """The frequency code in force.

        A UB-04 that keeps frequency code 1 has the frequency of its type of bill when that is 5,
        7 or 8. A bill of three digits with a leading zero states no frequency.
        """
        bill = self.type_of_bill
        if (
            self.frequency_code == ORIGINAL
            and bill
            and bill[-1] in _STATED_BY_BILLS
            and self.claim_form is ClaimForm.UB04
            and (len(bill) != _BILL_DIGITS or bill[0] != "0")
        ):
            return bill[-1]
        return self.frequency_code

    @property
    def withdraws(self) -> str | None:
        """The id of the claim that this one replaces (frequency 7) or voids (8), or None."""
        named = self.replaces_claim_id
        return named if named and self.frequency in WITHDRAWING and not named.isspace() else None

    @property
    def received(self) -> date:
        """The day the payer received the claim: as it says, or else that of its event, UTC."""
        return self.received_date or self.event_time.date()

    @property
    def first_day(self) -> date:
        """The earliest date of service. The policy revision of that date judges the header."""
        return min([line.service_date for line in self.lines])

    @property
    def is_void(self) -> bool:
        """Whether this claim voids another one (frequency 8: type of bill or box 22)."""
        return self.frequency == VOID

    def documents_for(self, line_number: int) -> frozenset[str]:
        """The kinds of the attachments that cover a line and were sent with the claim."""
        if not self.attachments:
            return _NO_DOCUMENTS
        of_all, of_lines = self._documents
        return of_lines.get(line_number, of_all) if of_lines else of_all

    @cached_property
    def _documents(self) -> tuple[frozenset[str], dict[int, frozenset[str]]]:
        """The kinds of the attachments that cover all lines, and of those that cover a line, by
        the numbers of the lines that an attachment names."""
        sent = [each for each in self.attachments if each.transmission_code != ON_REQUEST]
        of_all = frozenset([each.kind for each in sent if not each.line_numbers])
        of_lines: dict[int, frozenset[str]] = {}
        for each in sent:
            for number in each.line_numbers:
                of_lines[number] = of_lines.get(number, of_all) | {each.kind}
        return of_all, of_lines

    @cached_property
    def codes_by_day(self) -> dict[date, set[str]]:
        """The procedure codes of each service date."""
        found: dict[date, set[str]] = {}
        for line in self.lines:
            found.setdefault(line.service_date, set()).add(line.procedure_code)
        return found

    def place_of(self, line: ServiceLine) -> str | None:
        """The place of service of the line, or else of the claim (CMS-1500 box 24B)."""
        return line.place_of_service or self.place_of_service or None
