"""What becomes of the parts of a service line, one situation each, in both forms."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from stream_edits.codec.x12 import Refusal
from tests.x12.reads import DAY, HEAD, SV1, SV2, one_line, professional, read, ward_line
from tests.x12.samples import office


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([SV1, DAY], {"procedure_code": "96365", "units": 1.0, "charge_amount": Decimal("260.00")}),
        (["SV1*HC:J3490:JZ:59:KX:GA:SALINE*1*UN*2", DAY], {"modifiers": ("JZ", "59", "KX", "GA")}),
        (["SV1*HC:J3490:::::SALINE MIX*1*UN*2", DAY], {"drug_name": "SALINE MIX", "modifiers": ()}),
        (["SV1*HC:00142*9*MJ*61", DAY], {"unit_of_measure": "MJ", "units": 61.0}),
        (["SV1*HC:96365*-260.5*UN*-1", DAY], {"charge_amount": Decimal("-260.50"), "units": -1.0}),
        (["SV1*HC:J9045**UN*12.4", DAY], {"charge_amount": None, "units": 12.4}),
        (["SV1*HC:96365*1*UN*1***1:3:2", DAY], {"diagnosis_pointers": (1, 3, 2)}),
        (["SV1*HC:96365*1*UN*1***1.00:A", DAY], {"diagnosis_pointers": (1, 1)}),
        (["SV1*HC:96365*1*UN*1*22", DAY], {"place_of_service": "22"}),
        (["SV1*HC:96365*1*UN*1", DAY], {"place_of_service": None}),
        (["SV1*hc:j1756*1*un*1", DAY], {"procedure_code": "J1756", "unit_of_measure": "UN"}),
        ([SV1, DAY, "REF*6R*OWN-7"], {"line_control_number": "OWN-7"}),
        (
            [SV1, DAY, "LIN**N4*00006302602", "CTP****8*ML"],
            {
                "ndc_qualifier": "N4",
                "ndc": "00006302602",
                "ndc_quantity": 8.0,
                "ndc_unit": "ML",
                "drug_dosage": "8 ML",
            },
        ),
        ([SV1, DAY, "LIN**N4*1", "CTP****2.50*UN:X"], {"drug_dosage": "2.50 UN"}),
        ([SV1, DAY, "LIN**N4*1"], {"drug_dosage": None, "ndc_quantity": None}),
        (
            [SV1, "DTP*472*RD8*20250303-20250305"],
            {"service_date": date(2025, 3, 3), "service_date_through": date(2025, 3, 5)},
        ),
        ([SV1, "DTP*472*RD8*20250303-20250303"], {"service_date_through": date(2025, 3, 3)}),
        (
            [SV1, "DTP*472*DT*202503030915"],
            {"service_date": date(2025, 3, 3), "start_time": None},
        ),
        ([SV1, "DTP*471*D8*20240101", DAY], {"service_date": date(2025, 3, 3)}),
        ([SV1, DAY, "NTE*ADD*START 0900 STOP 1010"], {"start_time": None, "end_time": None}),
        ([SV1, DAY, "K3*FREE TEXT", "CR3*R*MO*9", "QTY*PT*2"], {"line_control_number": None}),
    ],
)
def test_a_professional_line(segments: list[str], expected: dict[str, Any]) -> None:
    (line,) = one_line(*segments).lines
    assert {name: getattr(line, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([SV2, DAY], {"procedure_code": "96365", "revenue_code": "0260", "place_of_service": None}),
        (["SV2*0250**9*UN*3", DAY], {"procedure_code": "", "units": 3.0}),
        # A HIPPS code is no HCPCS code, although it may look like one.
        (["SV2*0022*HP:A0101*9*UN*3", DAY], {"procedure_code": "", "revenue_code": "0022"}),
        (["SV2*0120**9*DA*3", DAY], {"unit_of_measure": "DA"}),
        (
            ["SV2*0636*HC:J3490:JZ:::::MIXTURE*9*UN*1", DAY, "LIN**N4*1", "CTP****10*ML"],
            {"modifiers": ("JZ",), "drug_dosage": "10 ML"},
        ),
        (["SV2*0636*HC:J3490:::::MIXTURE*9*UN*1", DAY], {"drug_name": "MIXTURE"}),
        # Without a date of its own, a line has that of the statement.
        (
            [SV2],
            {"service_date": date(2025, 3, 3), "service_date_through": date(2025, 3, 4)},
        ),
        ([SV2, DAY, "REF*6R*W1"], {"line_control_number": "W1"}),
        ([SV2, DAY, "NM1*82*1*A*B****XX*1990002028"], {"rendering_provider_npi": "1990002028"}),
        ([SV2, DAY, "NM1*DQ*1*A*B****XX*1990002028"], {"supervising_provider_npi": None}),
    ],
)
def test_an_institutional_line(segments: list[str], expected: dict[str, Any]) -> None:
    (line,) = ward_line(*segments).lines
    assert {name: getattr(line, name) for name in expected} == expected


# Codes of drugs, of unclassified drugs, and one of no table in a range of HCPCS that holds drugs.
@pytest.mark.parametrize("code", ["J1756", "90283", "J3490", "J3590", "J9999", "C9399", "J9876"])
def test_the_description_of_a_drug_is_its_name(code: str) -> None:
    (line,) = one_line(f"SV1*HC:{code}:::::MIXTURE*1*UN*1", DAY).lines
    assert line.drug_name == "MIXTURE"


# Services, supplies, and drugs that no needle gives.
@pytest.mark.parametrize(
    "code",
    [
        *("96365", "G0463", "G0378", "A0425", "A4550", "A9270", "E0781", "S9500", "Z7610"),
        *("99070", "90632", "Q9967", "J8499"),
    ],
)
@pytest.mark.parametrize("ndc", [[], ["LIN**UP*00006484141"], ["LIN**N4"]])
def test_no_other_description_names_a_drug_but_beside_an_ndc(code: str, ndc: list[str]) -> None:
    described = f"SV1*HC:{code}:::::MIXTURE*1*UN*1"
    (line,) = one_line(described, DAY, *ndc).lines
    assert line.drug_name is None
    (line,) = one_line(described, DAY, "LIN**N4*00006484141").lines
    assert (line.drug_name, line.ndc) == ("MIXTURE", "00006484141")


@pytest.mark.parametrize("described", ["*", "*HP:J3490:::::MIXTURE", "*ER:J3490:::::MIXTURE"])
def test_a_line_without_a_procedure_code_describes_no_drug(described: str) -> None:
    (line,) = ward_line(f"SV2*0250{described}*9*UN*1", DAY).lines
    assert (line.procedure_code, line.drug_name) == ("", None)


CLAIM_82 = "NM1*82*1*HALE*JO****XX*1990002028"
CLAIM_DQ = "NM1*DQ*1*ORT*LE****XX*1990003034"
LINE_82 = "NM1*82*1*DOE*JA****XX*1990005054"
LINE_DQ = "NM1*DQ*1*DOE*JA****XX*1990006060"


@pytest.mark.parametrize(
    ("on_claim", "on_line", "rendering", "supervising"),
    [
        ([], [], None, None),
        ([CLAIM_82, CLAIM_DQ], [], "1990002028", "1990003034"),
        ([CLAIM_82, CLAIM_DQ], [LINE_82], "1990005054", "1990003034"),
        ([CLAIM_82], [LINE_DQ], "1990002028", "1990006060"),
        ([], [LINE_82, LINE_DQ], "1990005054", "1990006060"),
        # A provider without an NPI is one, so the claim's is not meant.
        ([CLAIM_82], ["NM1*82*1*DOE*JA****24*123456789"], None, None),
        ([CLAIM_82], ["NM1*82*1*DOE*JA"], None, None),
        # Ordering, referring and facility are others.
        ([], ["NM1*DK*1*DOE*JA****XX*1990006060", "NM1*DN*1*A*B****XX*1990006060"], None, None),
        (["NM1*77*2*PLACE*****XX*1990004040"], [], None, None),
    ],
)
def test_providers_of_a_line_or_else_of_its_claim(
    on_claim: list[str], on_line: list[str], rendering: str | None, supervising: str | None
) -> None:
    (line,) = one_line(SV1, DAY, *on_line, head=[*HEAD, *on_claim]).lines
    assert (line.rendering_provider_npi, line.supervising_provider_npi) == (rendering, supervising)


@pytest.mark.parametrize(
    ("again", "refused"),
    [
        ("CTP****10.0*ML", True),
        ("CTP****10*ml", False),
        ("CTP****10*ML", False),
        ("CTP****11*ML", True),
    ],
)
def test_what_stands_twice_says_the_same(again: str, refused: bool) -> None:
    quantity = "CTP****10*ML"
    text = professional(office("K1"))
    assert quantity in text
    once, twice = read(text), read(text.replace(quantity, f"{quantity}~\n{again}"))
    assert twice == ([Refusal(1, 1, "CTP twice where it can stand once")] if refused else once)


@pytest.mark.parametrize("blank", ["\u00a0", "\u3000", "\u2028", "\x0b", "\x85"])
@pytest.mark.parametrize("name", ["85", "82", "DQ"])
def test_an_npi_is_the_same_with_any_blanks_after_it(blank: str, name: str) -> None:
    by = [f"NM1*{name}*1*A*B****XX*1990003033"] if name != "85" else []
    (clean,) = read(professional(office("K1", lines=["LX*1", SV1, DAY, *by])))
    npi = "1990001012" if name == "85" else "1990003033"
    padded = professional(office("K1", lines=["LX*1", SV1, DAY, *by]))
    assert read(padded.replace(f"XX*{npi}", f"xx*{npi}{blank}")) == [clean]


def test_the_last_letter_of_a_control_number_may_be_any() -> None:
    for last in ("\u00e0", "\u00c5"):
        (claim,) = read(professional(office("K1")).replace("DOCK1", f"DOC{last}"))
        assert not isinstance(claim, Refusal)
        assert [x.control_number for x in claim.attachments] == [f"DOC{last}"]


def test_the_same_service_again_is_a_line_without_its_lx() -> None:
    lines = ["LX*1", SV1, DAY, SV1, DAY]
    (refusal,) = read(professional(office("K1", lines=lines)))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "SV1 twice where it can stand once"
