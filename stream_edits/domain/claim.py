"""The claim as it arrives (docs/spec/contract.md, ClaimEvent, ServiceLine, Attachment).

Plain frozen dataclasses. pydantic checks input against their annotations (codec/violations.py).
Decoded Avro and JSON give equal objects, so a claim gets the same decision in either format. An
incomplete claim is still a valid ``ClaimEvent``; the edit ``incomplete-claim-form`` judges it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
)
from pydantic.types import Strict
from pydantic_core import PydanticKnownError

VOID = "8"
REPLACEMENT = "7"
ORIGINAL = "1"
UNIT = "UN"
# X12 837 PWK02: the document is available on request, so it was not sent.
ON_REQUEST = "AA"

_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


_NO_DOCUMENTS = frozenset[str]()
_WITHDRAWING = (REPLACEMENT, VOID)
# A bill type has three digits, or four with a leading zero.
_BILL_DIGITS = 3


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


def _iso_8601(moment: object) -> object:
    # pydantic alone would also accept a bare date, and a number of seconds as text.
    if not isinstance(moment, str):
        return moment
    if not _DATE_AND_TIME.match(moment):
        raise PydanticKnownError("datetime_parsing", {"error": "not ISO-8601"})
    try:
        return datetime.fromisoformat(moment)
    except ValueError:
        raise PydanticKnownError("datetime_parsing", {"error": "not ISO-8601"}) from None


def _number(amount: object) -> object:
    if isinstance(amount, (str, bool)):
        raise PydanticKnownError("decimal_type")
    return Decimal(str(amount)) if isinstance(amount, (int, float)) else amount


def _to_utc_milliseconds(moment: datetime) -> datetime:
    if moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise PydanticKnownError("datetime_parsing", {"error": "outside 1-9999"}) from None
    return _to_milliseconds(moment)


def _to_milliseconds(moment: datetime) -> datetime:
    part = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - part) if part else moment


# Avro and JSON both give arrays as lists and enums as strings; everything else is strict.
Text = Annotated[str, Strict()]
Day = Annotated[date, Strict()]
Units = Annotated[float, Strict()]
Truth = Annotated[bool, Strict()]
# An Avro int has 32 bits; a JSON claim must not hold a number that Avro cannot represent.
Int32 = Annotated[int, Strict(), Field(ge=-(2**31), le=2**31 - 1)]
Instant = Annotated[
    AwareDatetime, Strict(), BeforeValidator(_iso_8601), AfterValidator(_to_utc_milliseconds)
]
WallClock = Annotated[
    NaiveDatetime, Strict(), BeforeValidator(_iso_8601), AfterValidator(_to_milliseconds)
]
Dollars = Annotated[
    Decimal, Strict(), BeforeValidator(_number), Field(max_digits=12, decimal_places=2)
]
UnitPrice = Annotated[
    Decimal, Strict(), BeforeValidator(_number), Field(max_digits=12, decimal_places=4)
]

# Claims with NaN or infinite units are judged too, so JSON must read and write these values.
_AS_THE_CONTRACT_HAS_IT = ConfigDict(extra="forbid", ser_json_inf_nan="constants")


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A document attached to the claim. Empty ``line_numbers`` means that it covers every line."""

    __pydantic_config__: ClassVar = _AS_THE_CONTRACT_HAS_IT

    kind: Text
    line_numbers: tuple[Int32, ...] = ()
    report_type_code: Text | None = None
    control_number: Text | None = None
    transmission_code: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """One billed service. Start and end times are local wall-clock time, without a zone."""

    __pydantic_config__: ClassVar = _AS_THE_CONTRACT_HAS_IT

    line_number: Int32
    procedure_code: Text
    modifiers: tuple[Text, ...] = ()
    units: Units
    service_date: Day
    service_date_through: Day | None = None
    start_time: WallClock | None = None
    end_time: WallClock | None = None
    place_of_service: Text | None = None
    revenue_code: Text | None = None
    charge_amount: Dollars | None = None
    rendering_provider_npi: Text | None = None
    supervising_provider_npi: Text | None = None
    supervision: Supervision = Supervision.NOT_STATED
    diagnosis_pointers: tuple[Int32, ...] = ()
    ndc_qualifier: Text | None = None
    ndc: Text | None = None
    drug_name: Text | None = None
    drug_strength: Text | None = None
    drug_dosage: Text | None = None
    drug_unit_price: UnitPrice | None = None
    unit_of_measure: Text = UNIT
    ndc_quantity: Units | None = None
    ndc_unit: Text | None = None
    line_control_number: Text | None = None

    @property
    def supervisor(self) -> str | None:
        """The NPI of the supervising provider, or else of the rendering provider."""
        return self.supervising_provider_npi or self.rendering_provider_npi or None

    @property
    def names_drug(self) -> bool:
        """Whether the line gives an NDC or a drug name, which are not only blanks."""
        return bool((self.ndc or "").strip() or (self.drug_name or "").strip())


@dataclass(frozen=True, kw_only=True)
class ClaimEvent:
    """A claim as published on ``claims.events``."""

    __pydantic_config__: ClassVar = _AS_THE_CONTRACT_HAS_IT

    event_id: Text
    event_time: Instant
    claim_id: Text
    frequency_code: Text = ORIGINAL
    replaces_claim_id: Text | None = None
    line_of_business: LineOfBusiness = LineOfBusiness.OTHER
    claim_form: ClaimForm
    member_id: Text
    encounter_id: Text | None = None
    billing_provider_npi: Text
    attending_provider_npi: Text | None = None
    place_of_service: Text | None = None
    type_of_bill: Text | None = None
    admission_type: Text | None = None
    statement_from: Day
    statement_through: Day
    diagnosis_codes: tuple[Text, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    lines: Annotated[tuple[ServiceLine, ...], Field(min_length=1)]
    received_date: Day | None = None
    crossover: Truth = False
    patient_account_number: Text | None = None

    @property
    def frequency(self) -> str:
        """The frequency code in force.

        A UB-04 that keeps frequency code 1 has the frequency of its type of bill when that is 7
        or 8. A bill of three digits with a leading zero states no frequency.
        """
        bill = self.type_of_bill
        if (
            self.frequency_code == ORIGINAL
            and bill
            and bill[-1] in _WITHDRAWING
            and self.claim_form is ClaimForm.UB04
            and (len(bill) != _BILL_DIGITS or bill[0] != "0")
        ):
            return bill[-1]
        return self.frequency_code

    @property
    def withdraws(self) -> str | None:
        """The id of the claim that this one replaces (frequency 7) or voids (8), or None."""
        if self.frequency in _WITHDRAWING:
            return self.replaces_claim_id or None
        return None

    @property
    def first_day(self) -> date:
        """The earliest date of service. The policy revision of that date judges the header."""
        return min(line.service_date for line in self.lines)

    @property
    def is_void(self) -> bool:
        """Whether this claim voids another one (frequency 8: type of bill or box 22)."""
        return self.frequency == VOID

    def documents_for(self, line_number: int) -> frozenset[str]:
        """The kinds of the attachments that cover a line and were sent with the claim."""
        if not self.attachments:
            return _NO_DOCUMENTS
        return frozenset(
            [
                x.kind
                for x in self.attachments
                if x.transmission_code != ON_REQUEST
                and (not x.line_numbers or line_number in x.line_numbers)
            ]
        )

    def place_of(self, line: ServiceLine) -> str | None:
        """The place of service of the line, or else of the claim (CMS-1500 box 24B)."""
        return line.place_of_service or self.place_of_service or None
