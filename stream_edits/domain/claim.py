"""The claim as it arrives (docs/spec/contract.md, ClaimEvent, ServiceLine, Attachment).

Plain frozen dataclasses, whose annotations say what pydantic is to check where claims come in
(codec/violations.py): decoded Avro (Python values) and JSON end in equal objects, so a claim gets
one decision however it was carried. A claim that is merely incomplete is a valid ``ClaimEvent``
and is judged by the edit ``incomplete-claim-form``.
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

_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


_NO_DOCUMENTS = frozenset[str]()


class LineOfBusiness(StrEnum):
    """Who pays. A policy names the lines of business that it governs."""

    MEDI_CAL = "MEDI_CAL"
    MEDICARE = "MEDICARE"
    CORPORATE = "CORPORATE"
    OTHER = "OTHER"


class ClaimForm(StrEnum):
    """The form a claim came on."""

    CMS1500 = "CMS1500"
    UB04 = "UB04"


class Supervision(StrEnum):
    """How a physician took part in a line (42 CFR 410.32(b)(3))."""

    PERSONALLY_PERFORMED = "PERSONALLY_PERFORMED"
    DIRECT = "DIRECT"
    GENERAL = "GENERAL"
    NONE = "NONE"
    NOT_STATED = "NOT_STATED"


def _iso_8601(moment: object) -> object:
    # pydantic alone would also take a bare date, and a number of seconds written as text.
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


# Arrays and enums come as lists and strings from both carriers; everything else is strict.
Text = Annotated[str, Strict()]
Day = Annotated[date, Strict()]
Units = Annotated[float, Strict()]
# Avro's int is 32 bits wide; a JSON claim must not hold what Avro could not carry.
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

# A claim with units that are no number is judged too, so JSON must carry them both ways.
_AS_THE_CONTRACT_HAS_IT = ConfigDict(extra="forbid", ser_json_inf_nan="constants")


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A document that came with the claim; empty ``line_numbers`` means it covers every line."""

    __pydantic_config__: ClassVar = _AS_THE_CONTRACT_HAS_IT

    kind: Text
    line_numbers: tuple[Int32, ...] = ()
    report_type_code: Text | None = None
    control_number: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """One billed service. Times are the wall clock where the service was given."""

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

    @property
    def supervisor(self) -> str | None:
        """The supervising, else the rendering NPI: who cannot be with two patients at once."""
        return self.supervising_provider_npi or self.rendering_provider_npi or None


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

    @property
    def withdraws(self) -> str | None:
        """The claim that this one replaces (7) or voids (8)."""
        if self.frequency_code in (REPLACEMENT, VOID):
            return self.replaces_claim_id or None
        return None

    @property
    def first_day(self) -> date:
        """The earliest date of service: whose policy judges the claim's header."""
        return min(line.service_date for line in self.lines)

    @property
    def is_void(self) -> bool:
        """Whether this event only takes a claim back (type of bill / box 22 frequency 8)."""
        return self.frequency_code == VOID

    def documents_for(self, line_number: int) -> frozenset[str]:
        """The kinds of attachments that cover a line."""
        if not self.attachments:
            return _NO_DOCUMENTS
        return frozenset(
            [
                x.kind
                for x in self.attachments
                if not x.line_numbers or line_number in x.line_numbers
            ]
        )

    def place_of(self, line: ServiceLine) -> str | None:
        """The line's place of service, else the claim's (CMS-1500 box 24B)."""
        return line.place_of_service or self.place_of_service or None
