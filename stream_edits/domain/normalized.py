"""Fields in one form: codes are stripped of blanks and upper-cased (docs/spec/contract.md).

Every reader of claims calls these functions, so a padded field and a clean one make equal claims.
Only ASCII letters change their case: a letter of another alphabet must not become a code.
"""

from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

UNIT = "UN"

# The product numbers of supplies and devices that are sent where an NDC is (837 LIN02, and the
# shaded part of CMS-1500 box 24): EAN, GTIN, HIBC, UPC, a customer's or a vendor's own number.
SUPPLY_NUMBERS = ("EN", "EO", "HI", "ON", "OZ", "UK", "UP", "VP")

_TO_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
_TO_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def clean_code(text: str) -> str:
    """A code without blanks around it, in upper case."""
    return text.strip().translate(_TO_UPPER)


def clean_kind(text: str) -> str:
    """A kind of attachment without blanks around it, in lower case."""
    return text.strip().translate(_TO_LOWER)


def clean_diagnosis(text: str) -> str:
    """A diagnosis code without blanks around it and without its dot, in upper case."""
    # The dot first, so that blanks around it are stripped too, and a clean code stays as it is.
    return clean_code(text.replace(".", ""))


def clean_unit(text: str) -> str:
    """A unit of measure as a code; a blank one states nothing, so it is the default."""
    return clean_code(text) or UNIT


def clean_number(text: str) -> str:
    """An NPI or an encounter number without blanks around it; an empty one states nothing."""
    return text.strip()


_TOTAL = "001"


@lru_cache(maxsize=1 << 12)
def four_digits(revenue_code: str) -> str:
    """A revenue code in four digits, such as 0250; empty if there is none (UB-04 box 42).

    Billers also write three digits: without the leading zero (250), or the category without its
    last digit (025). The total line 001 is 0001.
    """
    code = clean_code(revenue_code)
    if len(code) == 3 and code.startswith("0") and code != _TOTAL:
        return f"{code}0"
    return code.zfill(4) if code else ""


CLEANINGS = (clean_code, clean_kind, clean_diagnosis, clean_unit, clean_number)
