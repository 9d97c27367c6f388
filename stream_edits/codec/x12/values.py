"""Dates, times and numbers as X12 writes them."""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from stream_edits.domain.normalized import clean_code

from .reading import RefusedClaim
from .segments import text_of

_NUMBER = re.compile(r"-?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})", re.ASCII)
_WHOLE_DIGITS = 10
_CENTS = Decimal("0.01")
_INT32 = 2**31 - 1
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d)(?:([0-5]\d)\d{0,2})?", re.ASCII)
# DTP02 -> the length of one of its dates; only the day counts.
_LENGTHS = {"D8": 8, "RD8": 8, "DT": 12, "RDT": 12}


# The same few codes come again and again.
@lru_cache(maxsize=1 << 14)
def code_of(text: str) -> str:
    """A code without blanks around it, in upper case."""
    return clean_code(text_of(text))


@lru_cache(maxsize=4096)
def days_of(qualifier: str, text: str) -> tuple[date, date | None]:
    """The first and, of a range, the last day of a DTP. Raises RefusedClaim("no date")."""
    length = _LENGTHS.get(qualifier, 0)
    parts = text.split("-") if qualifier.startswith("R") else [text]
    if not 1 <= len(parts) <= 2 or any(len(part) != length for part in parts):
        raise RefusedClaim("no date")
    first, *last = [day_of(part[:8]) for part in parts]
    return first, last[0] if last else None


def day_of(text: str) -> date:
    """The day of CCYYMMDD. Raises RefusedClaim."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise RefusedClaim("no date")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise RefusedClaim("no date") from None


@lru_cache(maxsize=64)
def moment_of(day: str, time: str, zone: tzinfo) -> tuple[datetime, bool]:
    """A day and HHMM, HHMMSS or HHMMSSDD in UTC, and whether the time of day is known.

    A time that is none counts as midnight. Raises RefusedClaim("no date").
    """
    when = day_of(day)
    match = _TIME.fullmatch(time)
    hour, minute, second = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    local = datetime(when.year, when.month, when.day, hour, minute, second, tzinfo=zone)
    try:
        return local.astimezone(UTC), match is not None
    except (OverflowError, ValueError):
        raise RefusedClaim("no date") from None


@lru_cache(maxsize=4096)
def number_of(text: str, name: str) -> float:
    """A decimal number. Raises RefusedClaim."""
    if not _NUMBER.fullmatch(text):
        raise RefusedClaim(f"{name} is not a number")
    return float(text)


@lru_cache(maxsize=4096)
def amount_of(text: str, name: str) -> Decimal:
    """Dollars with at most ten digits before and two after the point. Raises RefusedClaim."""
    if not _NUMBER.fullmatch(text):
        raise RefusedClaim(f"{name} is not an amount")
    amount = Decimal(text)
    if abs(amount) >= 10**_WHOLE_DIGITS or amount != amount.quantize(_CENTS):
        raise RefusedClaim(f"{name} has more digits than the contract allows")
    return amount.quantize(_CENTS)


@lru_cache(maxsize=4096)
def integer_of(text: str) -> int | None:
    """A whole number, also one written with zeros after a point; None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return int(number) if number == number.to_integral() and abs(number) <= _INT32 else None
