"""Reads boxes of the two claim forms."""

import re
from functools import lru_cache
from typing import Protocol

from stream_edits.domain.normalized import four_digits

_TYPE_OF_BILL = re.compile(r"0?([1-9][0-9])([0-9A-Z])")


def facility_type(type_of_bill: str | None) -> str | None:
    """The first two digits of a type of bill after a leading zero (UB-04 box 4).

    None when it is missing or not three characters (four with the leading zero).
    """
    match = _TYPE_OF_BILL.fullmatch((type_of_bill or "").strip().upper())
    return match.group(1) if match else None


def bill_frequency(type_of_bill: str | None) -> str | None:
    """The last character of a type of bill, its frequency. None where ``facility_type`` is None."""
    match = _TYPE_OF_BILL.fullmatch((type_of_bill or "").strip().upper())
    return match.group(2) if match else None


class HasRevenueCode(Protocol):
    """A service line as billed, or as encounter edits see it."""

    @property
    def revenue_code(self) -> str | None:
        """The code as billed (UB-04 box 42)."""


def revenue_code(line: HasRevenueCode) -> str:
    """The revenue code of a line in four digits, such as 0250; empty if it has none."""
    return four_digits(line.revenue_code or "")


@lru_cache(maxsize=1 << 14)
def is_malformed_code(procedure_code: str) -> bool:
    """Whether a procedure code is neither blank nor five characters of A-Z and 0-9."""
    return bool(procedure_code.strip()) and not re.fullmatch(r"[A-Z0-9]{5}", procedure_code)
