"""National provider identifiers."""

import re
from functools import lru_cache


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
