"""What becomes of the parts of a claim, one situation each, in both forms."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from stream_edits.codec.x12 import ClaimNumber, Reading, Refusal, Tally, read_claims
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from tests.x12.samples import (
    INSTITUTIONAL,
    PROVIDER,
    adjudicated_line,
    hospital,
    interchange,
    office,
    other_payer,
    subscriber,
    transaction,
)

READING = Reading(claim_number=ClaimNumber.ACCOUNT, line_of_business=LineOfBusiness.MEDI_CAL)
HEAD = ("HI*ABK:D509",)
Read = ClaimEvent | Refusal


def read(text: str, reading: Reading = READING, tally: Tally | None = None) -> list[Read]:
    return [event for _, event in read_claims(io.BytesIO(text.encode()), reading, tally)]


def professional(*claims: Sequence[str], above: Sequence[str] = subscriber()) -> str:
    return interchange(transaction([*PROVIDER, *above, *[x for each in claims for x in each]]))


def institutional(*claims: Sequence[str]) -> str:
    inside = [*PROVIDER, *subscriber(), *[x for each in claims for x in each]]
    return interchange(transaction(inside, INSTITUTIONAL), guide=INSTITUTIONAL)


def the_claim(text: str, reading: Reading = READING) -> ClaimEvent:
    (event,) = read(text, reading)
    assert isinstance(event, ClaimEvent), event
    return event


def one_line(*segments: str, head: Sequence[str] = HEAD) -> ClaimEvent:
    """A professional claim with these segments of its only line, after LX."""
    return the_claim(professional(office(lines=["LX*1", *segments], head=head)))


def ward_line(*segments: str) -> ClaimEvent:
    return the_claim(institutional(hospital(lines=["LX*1", *segments])))


SV1 = "SV1*HC:96365*260*UN*1*11**1"
SV2 = "SV2*0260*HC:96365*610*UN*1"
DAY = "DTP*472*D8*20250303"


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([SV1, DAY], {"procedure_code": "96365", "units": 1.0, "charge_amount": Decimal("260.00")}),
        (["SV1*HC:J3490:JZ:59:KX:GA:SALINE*1*UN*2", DAY], {"modifiers": ("JZ", "59", "KX", "GA")}),
        (["SV1*HC:J3490:::::SALINE MIX*1*UN*2", DAY], {"drug_name": "SALINE MIX", "modifiers": ()}),
        # A description of a service does not make it a drug; beside an NDC it names one.
        (["SV1*HC:96365:::::INFUSION*1*UN*2", DAY], {"drug_name": None}),
        (
            ["SV1*HC:90632:::::VACCINE*1*UN*1", DAY, "LIN**N4*00006484141"],
            {"drug_name": "VACCINE", "ndc": "00006484141"},
        ),
        (["SV1*HC:00142*9*MJ*61", DAY], {"unit_of_measure": "MJ", "units": 61.0}),
        (["SV1*HC:96365*-260.5*UN*-1", DAY], {"charge_amount": Decimal("-260.50"), "units": -1.0}),
        (["SV1*HC:J9045**UN*12.4", DAY], {"charge_amount": None, "units": 12.4}),
        (["SV1*HC:96365*1*UN*1***1:3:2", DAY], {"diagnosis_pointers": (1, 3, 2)}),
        (["SV1*HC:96365*1*UN*1***1.00:A", DAY], {"diagnosis_pointers": (1,)}),
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
    ("form", "kind", "rendering"), [("p", "1", "1990001012"), ("p", "2", None), ("i", "1", None)]
)
def test_a_billing_provider_who_is_a_person_renders_on_a_professional_claim(
    form: str, kind: str, rendering: str | None
) -> None:
    text = professional(office()) if form == "p" else institutional(hospital())
    claim = the_claim(text.replace("NM1*85*2", f"NM1*85*{kind}"))
    assert claim.billing_provider_npi == "1990001012"
    assert {line.rendering_provider_npi for line in claim.lines} == {rendering}


@pytest.mark.parametrize(
    ("clm", "expected"),
    [
        ("11:B:1", {"frequency_code": "1", "place_of_service": "11", "replaces_claim_id": "ICN77"}),
        ("11:B:7", {"frequency_code": "7", "type_of_bill": None, "attending_provider_npi": None}),
        ("11:B:8", {"frequency_code": "8"}),
        ("11:B", {"frequency_code": "1"}),
        ("11::7", {"frequency_code": "7", "place_of_service": "11"}),
    ],
)
def test_the_parts_of_a_professional_claim(clm: str, expected: dict[str, Any]) -> None:
    text = professional(office(head=["REF*F8*ICN77", *HEAD])).replace("11:B:1", clm)
    claim = the_claim(text)
    assert {name: getattr(claim, name) for name in expected} == expected


def test_the_parts_of_an_institutional_claim() -> None:
    claim = the_claim(institutional(hospital()).replace("13:A:1", "13:A:7"))
    assert (claim.type_of_bill, claim.frequency_code, claim.frequency) == ("0137", "7", "7")
    assert (claim.admission_type, claim.place_of_service) == ("3", None)
    assert claim.attending_provider_npi == "1990005054"
    assert (claim.statement_from, claim.statement_through) == (date(2025, 3, 3), date(2025, 3, 4))
    assert claim.replaces_claim_id is None


def test_a_claim_without_replaced_number_has_none() -> None:
    claim = the_claim(professional(office()).replace("11:B:1", "11:B:7"))
    assert (claim.frequency_code, claim.replaces_claim_id) == ("7", None)


def test_the_statement_of_a_professional_claim_spans_its_lines() -> None:
    lines = ["LX*1", SV1, "DTP*472*RD8*20250303-20250309", "LX*2", SV1, "DTP*472*D8*20250228"]
    claim = the_claim(professional(office(lines=lines)))
    assert (claim.statement_from, claim.statement_through) == (date(2025, 2, 28), date(2025, 3, 9))


@pytest.mark.parametrize(
    ("segments", "codes", "left_out"),
    [
        (["HI*ABK:C34.90*ABF:Z5112"], ("C3490", "Z5112"), 0),
        (["HI*ABK:D509:::::::Y", "HI*ABF:E119:::::::N*ABF:I10"], ("D509", "E119", "I10"), 0),
        # Admitting, reason for visit, external cause, DRG, procedures, occurrences, conditions.
        (
            [
                "HI*ABK:D509",
                "HI*ABJ:R51*APR:R52*ABN:W19*PR:1",
                "HI*DR:470",
                "HI*BBR:0SR:D8:20250303",
            ],
            ("D509",),
            0,
        ),
        (
            ["HI*ABK:D509", "HI*BH:11:D8:20250303*BI:70:RD8:20250101", "HI*BG:09"],
            ("D509",),
            0,
        ),
        (["HI*BE:80:::4*BE:A2:::15.31", "HI*ABK:D509"], ("D509",), 0),
        # ICD-9 codes would be taken for other ICD-10 codes.
        (["HI*BK:E8888*BF:4019"], (), 2),
        (["HI*ABK*ABF:"], (), 0),
        ([], (), 0),
    ],
)
def test_diagnoses(segments: list[str], codes: tuple[str, ...], left_out: int) -> None:
    tally = Tally()
    (claim,) = read(professional(office(head=segments or ["REF*D9*T"])), tally=tally)
    assert isinstance(claim, ClaimEvent)
    assert claim.diagnosis_codes == codes
    assert tally.warnings["ICD-9 diagnoses left out"] == left_out


def test_attachments_of_the_claim_and_of_a_line() -> None:
    head = ["PWK*PY*BM***AC*A1", "PWK*03*EL***AC*A2", *HEAD]
    claim = one_line(SV1, "PWK*CT*AA", DAY, head=head)
    found = [
        (x.kind, x.line_numbers, x.report_type_code, x.transmission_code, x.control_number)
        for x in claim.attachments
    ]
    assert found == [
        ("by_report", (), "PY", "BM", "A1"),
        ("medical_justification", (), "03", "EL", "A2"),
        ("medical_necessity", (), "03", "EL", "A2"),
        ("x12:ct", (1,), "CT", "AA", None),
    ]
    assert claim.documents_for(1) == {"by_report", "medical_justification", "medical_necessity"}


def test_nothing_of_other_payers_reaches_the_claim() -> None:
    plain = the_claim(professional(office()))
    lines = office()[4:]
    cob = [*office()[:4], *other_payer("X"), *other_payer("Y"), *lines, *adjudicated_line()]
    cob += ["NM1*82*1*FOREIGN*DOC****XX*1990009999", "LQ*UT*01.02", "FRM*12N"]
    assert the_claim(professional(cob)) == plain


def test_a_dependent_is_not_the_subscriber() -> None:
    kid = ["HL*3*2*23*0", "PAT*19", "NM1*QC*1*SAMPLE*KID****MI*SAYSANID"]
    events = read(professional([*kid, *office("K2"), *subscriber("K3", 4), *office("K3")]))
    assert events[0] == Refusal(1, 1, "a dependent without an id from the enrich file")
    assert isinstance(events[1], ClaimEvent)
    assert events[1].member_id == "MEMBERK3"


def test_two_claims_with_one_account_number_are_two_events() -> None:
    first, second = read(professional(office("K1"), office("K1")))
    assert isinstance(first, ClaimEvent)
    assert isinstance(second, ClaimEvent)
    assert first.claim_id == second.claim_id == "ACCOUNTK1"
    assert first.event_id != second.event_id


def test_an_event_id_is_made_of_the_envelope_and_the_place() -> None:
    text = professional(office("K1"))
    names = {the_claim(text).event_id, the_claim(text).event_id}
    assert len(names) == 1
    for old, new in (
        ("000000009", "000000010"),
        ("0615*71*", "0615*72*"),
        ("0001", "0002"),
        ("SENDER  ", "OTHER   "),
    ):
        names.add(the_claim(text.replace(old, new)).event_id)
    assert len(names) == 5


@pytest.mark.parametrize(
    ("bht", "expected"),
    [
        ("20250310*0615", datetime(2025, 3, 10, 6, 15)),
        ("20250310*061507", datetime(2025, 3, 10, 6, 15, 7)),
        ("20250310*06150733", datetime(2025, 3, 10, 6, 15, 7)),
        ("20250310*9999", datetime(2025, 3, 10)),
        ("20250310*", datetime(2025, 3, 10)),
    ],
)
def test_the_time_of_an_event_is_that_of_its_transaction(bht: str, expected: datetime) -> None:
    tally = Tally()
    (claim,) = read(professional(office()).replace("20250310*0615*CH", bht), tally=tally)
    assert isinstance(claim, ClaimEvent)
    assert claim.event_time.replace(tzinfo=None) == expected
    midnight = "claims without a time in BHT05, taken as midnight"
    assert tally.warnings[midnight] == (expected.hour == 0)
