"""The types of a claim's fields, as pydantic checks them.

The values come from JSON, or from Avro as Python values. Some writers of Avro have no type for a
date, a time or an amount and write text or a number: it is taken as in JSON.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, NaiveDatetime
from pydantic.types import Strict
from pydantic_core import PydanticKnownError

from stream_edits.domain.normalized import (
    clean_code,
    clean_diagnosis,
    clean_kind,
    clean_number,
    clean_unit,
)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


def _iso_date(day: object) -> object:
    if not isinstance(day, str):
        return day
    if not _DATE.fullmatch(day):
        raise PydanticKnownError("date_parsing", {"error": "not ISO-8601"})
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise PydanticKnownError("date_parsing", {"error": "not ISO-8601"}) from None


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
Code = Annotated[str, Strict(), AfterValidator(clean_code)]
Kind = Annotated[str, Strict(), AfterValidator(clean_kind)]
Diagnosis = Annotated[str, Strict(), AfterValidator(clean_diagnosis)]
Number = Annotated[str, Strict(), AfterValidator(clean_number)]
UnitOfMeasure = Annotated[str, Strict(), AfterValidator(clean_unit)]
Day = Annotated[date, Strict(), BeforeValidator(_iso_date)]
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
