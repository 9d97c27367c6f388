"""The content table: each code by itself, with a category, a source and days in order."""

from datetime import date
from pathlib import Path

import pytest

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.content import Content, packaged_content
from stream_edits.policies.content.table import FILE, Entry, read_table, table_text
from stream_edits.policies.errors import PolicyError

HEADER = "code,category,first_day,last_day,source\n"
DRUGS = {
    "albumin and plasma protein fraction": ["P9041", "P9043", "P9045", "P9046", "P9047", "P9048"],
    "drugs outside the J codes": ["Q0224", "Q0249", "Q0515", "Q3027", "Q5098", "Q9991", "Q9997"],
    "cell therapies": ["Q2041", "Q2057", "Q2058"],
    "dextran and hypertonic saline": ["J7100", "J7110", "J7131"],
    "no antineoplastics": ["J9175", "J9209", "J9210", "J9216", "J9256", "J9332", "J9361", "J9381"],
    "antineoplastics not given into a vein": ["J9030", "J9202", "J9217", "J9395", "J1323", "J3055"],
    "antineoplastics under the skin": ["J9144", "J9311", "J9316", "J9356"],
    "immune globulins": ["90281", "90283", "90371", "90384", "90399"],
    "lidocaine for a vein": ["J2002"],
    "an intravenous drug among the oral ones": ["J8502"],
    "drugs under ended S codes": ["S0030", "S0073", "S0077", "S0164", "S0166", "S0171"],
}
KINDS = {
    Category.ANTINEOPLASTIC: "J9070 J9310 J9999 J0594 J0894 J2860 J3263 Q2017 Q5112 C9170 C9306",
    Category.BLOOD_PRODUCT: "P9010 P9016 P9073 C9507",
    Category.TRANSFUSION: "36430 36440 36450 36455 36456 36460",
    Category.ORAL_DRUG: "J0571 J8530 J8999 Q0162 S0088 S0187 Q9954",
    Category.INHALED_DRUG: "J7613 J7620 J7699 J2545 C9046 Q4074",
    Category.TOPICAL_DRUG: "J7308 J7342 C9285 C9250",
    Category.IMPLANT_OR_DEVICE: "J7300 J7321 J7332 C9352 C9364 Q2026",
    Category.VACCINE: "90476 90686 90759 91300 91323 Q2034 Q2039",
    Category.VACCINE_ADMINISTRATION: "90460 90471 90474 90480 G0008 G0009 G0010",
    Category.CONTRAST_AGENT: "Q9967 A9573 A9575 A9579 A9698 A9700 Q9950",
    Category.RADIOPHARMACEUTICAL: "A9500 A9513 A9580 A9582 A9584 Q9982 C9067",
    Category.CONTRAST_IMAGING: "74177 70471 0042T 0439T 0638T 75820 76978 92235 92287 93898 C9733",
    Category.NUCLEAR_STUDY: "78306 78013 78191 78227 78282 78708 78725 78808 0332T G0235",
    Category.STRESS_TEST: "93015 93018 93350 93351 78451 78454 78492 75563 C8928 C8930",
    Category.SEDATION: "99151 99157 G0500",
    Category.STRESS_AGENT: "J0153 J0461 J1245 J1250 J2785",
    Category.SEDATIVE: "J2175 J2249 J2250 J2251 J2252 J2704 J3010",
    Category.FLUID: "J7030 J7050 J7120 S5010 S5014 X7700",
    Category.LOCAL_ANAESTHETIC: "J0665 J0666 J0668 J2003 J2400 S0020 C9144",
    Category.FLUSH: "A4216 A4217 A4218 J0911 J1642",
    Category.TUBING: "A4206 A4223 S1015 S1016",
    Category.SUPPLY: "A4244 A4930 A6257 A6402 A6413",
    Category.NOT_A_DRUG: "A9270 P9100 Q2052 Z7610 99070",
}


@pytest.fixture(scope="module")
def content() -> Content:
    return packaged_content()


def test_every_row_has_a_code_a_category_a_source_and_days_in_order() -> None:
    entries = read_table(FILE)
    assert len(entries) > 2000
    assert [entry.code for entry in entries] == sorted({entry.code for entry in entries})
    assert {entry.category for entry in entries} == set(Category)


BAD_ROWS = {
    "J1100,drug,,,s": "J1100: drug is not a category; the categories are parenteral drug, anti",
    "J1100,parenteral drug,,, ": "J1100 has no source",
    "J1100-J1200,parenteral drug,,,s": "'J1100-J1200' is not a procedure code: list each code",
    "j1100,parenteral drug,,,s": "is not a procedure code: five digits and capital letters",
    "J1100,parenteral drug,2025-02-01,2025-01-31,s": "J1100 ends before it starts",
    "J1100,parenteral drug,1/2/2025,,s": "'1/2/2025' is not a date such as 2026-01-01",
    "J1100,parenteral drug,,": "has 4 columns; they are code,category,first_day,last_day,source",
    "J1,2\nJ1100,parenteral drug,,,s": "has 2 columns",
}


@pytest.mark.parametrize(("row", "problem"), BAD_ROWS.items())
def test_a_bad_row_is_refused_with_its_line(row: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(f"{HEADER}J0120,parenteral drug,,,s\n{row}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_table(file)
    assert str(caught.value).startswith(f"{file}:3: ")
    assert problem in str(caught.value)


def test_a_code_is_listed_once_and_under_a_header(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(f"{HEADER}J0120,parenteral drug,,,s\nJ0120,antineoplastic,,,s\n")
    with pytest.raises(PolicyError, match="3: J0120 is listed twice"):
        read_table(file)
    file.write_text("J0120,parenteral drug,,,s\n")
    with pytest.raises(PolicyError, match="1: the first line should be code,category"):
        read_table(file)
    with pytest.raises(PolicyError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


def test_the_table_is_written_as_it_is_read() -> None:
    assert table_text(read_table(FILE)) == FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("codes", DRUGS.values(), ids=DRUGS)
def test_these_are_drugs_that_never_make_an_excluded_product(
    codes: list[str], content: Content
) -> None:
    for code in codes:
        assert content.category_of(code) is Category.PARENTERAL_DRUG, code
        assert content.is_drug(code), code


@pytest.mark.parametrize(("category", "codes"), KINDS.items(), ids=[k.value for k in KINDS])
def test_these_codes_have_this_category(category: Category, codes: str, content: Content) -> None:
    for code in codes.split():
        assert content.category_of(code) is category, code
        assert content.is_drug(code) is category.is_drug, code
        assert code in content.codes(category), code


def test_the_codes_of_several_categories_are_those_of_each(content: Content) -> None:
    both = content.codes(Category.BLOOD_PRODUCT, Category.TRANSFUSION)
    assert both == content.codes(Category.BLOOD_PRODUCT) | content.codes(Category.TRANSFUSION)
    assert content.codes() == frozenset()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("J0120", "J9999"),
        ("Q0138", "Q0249"),
        ("Q2009", "Q2058"),
        ("Q5098", "Q5199"),
        ("Q9941", "Q9999"),
        ("C9000", "C9399"),
    ],
)
def test_an_unclassified_code_is_a_drug_inside_a_range_of_drugs(first: str, last: str) -> None:
    nothing = Content([])
    for code in (first, last):
        assert nothing.is_drug(code)
        assert nothing.is_unclassified_drug(code)
    for code in (f"{first[0]}{int(first[1:]) - 1:04}", f"{first[0]}{int(last[1:]) + 1:04}"):
        assert not nothing.is_drug(code)


@pytest.mark.parametrize("code", ["", "J", "J012", "J0120A", "JAAAA", "J01 0", "A0120", "99213"])
def test_what_is_not_a_code_of_hcpcs_is_not_a_drug(code: str) -> None:
    assert not Content([]).is_drug(code)


def test_a_listed_code_that_nobody_has_classified_is_a_drug_by_its_range_only() -> None:
    row = Entry("J9053", Category.UNCLASSIFIED, None, None, "s")
    content = Content([row, row._replace(code="A9574")])
    assert content.unclassified() == ["A9574", "J9053"]
    assert content.category_of("J9053") is None
    assert content.is_drug("J9053")
    assert not content.is_drug("A9574")


def test_a_code_keeps_its_category_outside_its_days(content: Content) -> None:
    entry = content.entries["0042T"]
    assert entry.in_force(date(2025, 12, 31))
    assert not entry.in_force(date(2026, 1, 1))
    assert content.category_of("0042T") is Category.CONTRAST_IMAGING
    assert not content.entries["70471"].in_force(date(2025, 12, 31))
    assert content.entries["70471"].in_force(date(2026, 1, 1))
