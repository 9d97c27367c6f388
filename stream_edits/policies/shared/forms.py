"""Reads boxes of the two claim forms."""

import re
from functools import lru_cache

_TYPE_OF_BILL = re.compile(r"0?([1-9][0-9])([0-9A-Z])")


def facility_type(type_of_bill: str | None) -> str | None:
    """The first two digits of a type of bill after a leading zero (UB-04 box 4).

    None when it is missing or not three characters (four with the leading zero).
    """
    match = _TYPE_OF_BILL.fullmatch((type_of_bill or "").strip().upper())
    return match.group(1) if match else None


@lru_cache(maxsize=1 << 16)
def is_npi(value: str | None) -> bool:
    """Whether a value is an NPI: ten digits with a valid check digit.

    The check digit is Luhn's over the prefix 80840 and the digits (45 CFR 162.406; CMS NPI
    standard).
    """
    if not value or not re.fullmatch(r"[0-9]{10}", value):
        return False
    digits = [int(d) for d in reversed("80840" + value)]
    doubled = (2 * d - 9 * (d > 4) for d in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
