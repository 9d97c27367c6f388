"""What becomes of the parts of a claim, one situation each, in both forms."""

from datetime import date, datetime
from typing import Any

import pytest

from stream_edits.codec.x12 import Refusal, Tally
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import DAY, HEAD, SV1, institutional, one_line, professional, read, the_claim
from tests.x12.samples import (
    adjudicated_line,
    hospital,
    office,
    other_payer,
    subscriber,
)

_ICD_9 = "ICD-9 diagnoses left out"
_UNREADABLE = "diagnoses without a qualifier or a code, left out"
_NONE_LEFT = "claims without a diagnosis, because all of theirs were left out"
_NO_POINTER = "pointers to no diagnosis of the claim, left out"


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
        (["HI*ABK:C3490^ABF:Z5112"], ("C3490", "Z5112"), 0),
        (["HI*C3490*ABF:Z5112"], ("Z5112",), 0),
        (["HI*:C3490"], (), 0),
        ([], (), 0),
    ],
)
def test_diagnoses(segments: list[str], codes: tuple[str, ...], left_out: int) -> None:
    tally = Tally()
    (claim,) = read(professional(office(head=segments or ["REF*D9*T"])), tally=tally)
    assert isinstance(claim, ClaimEvent)
    assert claim.diagnosis_codes == codes
    assert tally.warnings["ICD-9 diagnoses left out"] == left_out
    stated = any(segment.startswith(("HI*BK", "HI*ABK*", "HI*:")) for segment in segments)
    assert tally.warnings[_NONE_LEFT] == (stated and not codes)


@pytest.mark.parametrize(
    ("diagnoses", "pointers", "expected", "warnings"),
    [
        ("HI*ABK:C3490*ABF:Z5112", "1:2", (1, 2), {}),
        ("HI*ABK:C3490^ABF:Z5112", "2", (2,), {}),
        # The pointers count what is left out too.
        ("HI*BK:1629*ABF:Z5112", "2:1", (1,), {_ICD_9: 1, _NO_POINTER: 1}),
        ("HI*ABK*ABF:Z5112", "2", (1,), {_UNREADABLE: 1}),
        ("HI**ABF:Z5112", "2", (1,), {_UNREADABLE: 1}),
        ("HI*C3490*ABF:Z5112", "2", (1,), {_UNREADABLE: 1}),
        ("HI*C3490*ABF:Z5112", "1", (), {_UNREADABLE: 1, _NO_POINTER: 1}),
        ("HI*C3490*ABF:Z5112", "3:2", (3, 1), {_UNREADABLE: 1}),
        ("HI*ABK:C3490", "5:1", (5, 1), {}),
        ("HI*ABK:C3490^ABJ:D509*ABF:Z5112", "2", (2,), {}),
        # Codes of another kind are not diagnoses.
        ("HI*ABK:C3490*BE:80:::4*ABF:Z5112", "2", (2,), {}),
        ("HI*ABK:C3490**", "2", (2,), {}),
        ("HI*BE:80:::4**BE:81:::5~HI*ABK:C3490*ABF:Z5112", "2", (2,), {}),
        ("HI*BG~HI*ABK:C3490*ABF:Z5112", "2", (2,), {}),
    ],
)
def test_pointers_name_the_diagnoses_that_the_file_has(
    diagnoses: str, pointers: str, expected: tuple[int, ...], warnings: dict[str, int]
) -> None:
    tally = Tally()
    lines = ["LX*1", f"SV1*HC:J3490*1*UN*1***{pointers}", "DTP*472*D8*20250303"]
    (claim,) = read(professional(office(head=diagnoses.split("~"), lines=lines)), tally=tally)
    assert isinstance(claim, ClaimEvent)
    assert claim.lines[0].diagnosis_pointers == expected
    assert tally.warnings == warnings


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


def test_a_patient_whose_loop_is_missing_is_not_the_subscriber() -> None:
    own = professional(office())
    lower = own.replace("*22*0~", "*22*1~", 1)
    assert lower != own
    assert the_claim(lower) == the_claim(own)
    unsaid = lower.replace("SBR*P*18*", "SBR*P**", 1)
    assert unsaid != lower
    assert read(unsaid) == [Refusal(1, 1, "a patient whose loop (2000C) is missing")]
    assert the_claim(own.replace("SBR*P*18*", "SBR*P**", 1)) == the_claim(own)


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
