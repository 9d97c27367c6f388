"""How boxes of the forms are read."""

import pytest

from stream_edits.policies.shared.forms import bill_frequency, is_malformed_code, revenue_code
from tests.build import line


@pytest.mark.parametrize(
    ("billed", "read"),
    [
        ("0250", "0250"),
        ("250", "0250"),
        ("025", "0250"),
        (" 0335 ", "0335"),
        ("636", "0636"),
        ("0001", "0001"),
        ("001", "0001"),
        ("1", "0001"),
        ("1000", "1000"),
        ("", ""),
        ("  ", ""),
        (None, ""),
    ],
)
def test_a_revenue_code_has_four_digits(billed: str | None, read: str) -> None:
    assert revenue_code(line("96365", revenue_code=billed)) == read


@pytest.mark.parametrize(
    ("type_of_bill", "frequency"),
    [("131", "1"), ("0138", "8"), ("013G", "G"), ("013", None), ("13", None), (None, None)],
)
def test_the_last_character_of_a_bill_is_its_frequency(
    type_of_bill: str | None, frequency: str | None
) -> None:
    assert bill_frequency(type_of_bill) == frequency


@pytest.mark.parametrize("code", ["96365", "J1885", "0001A", "G0498", "ABCDE", "", "   "])
def test_a_code_of_five_letters_and_digits_or_none_is_well_formed(code: str) -> None:
    assert not is_malformed_code(code)


FULL_WIDTH, ARABIC = "\uff19\uff16\uff13\uff16\uff15", "\u0669\u0666\u0663\u0666\u0665"


@pytest.mark.parametrize(
    "code",
    ["96365-59", "096365", "9636", "9636 ", "96365\n", "9636é", "9636.", FULL_WIDTH, ARABIC],
)
def test_anything_else_is_malformed(code: str) -> None:
    assert is_malformed_code(code)
