"""Claims and files that are refused, and the reason that is given."""

import io
from dataclasses import replace

import pytest

from stream_edits.codec.x12 import ClaimNumber, NotX12, Reading, Refusal, read_claims
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from tests.x12.reads import READING, institutional, professional, read
from tests.x12.samples import (
    INSTITUTIONAL,
    PROVIDER,
    hospital,
    interchange,
    isa,
    office,
    subscriber,
    transaction,
)

NO_DATE = "no date"
NO_CODE = "no HC code where the form needs one"
CONTRADICTED = "a component separator that the segments contradict"
MISSING_SE = "a missing SE"
ANOTHER_SET = "another transaction set (not an 837P or 837I of version 5010)"
AFTER = "HI after a line: the claim that it belongs to has no CLM"
TWO_DATES = "two dates where one belongs"
TWICE = "{} twice where it can stand once"


def refusals(text: str, reading: Reading = READING) -> list[Refusal]:
    return [event for event in read(text, reading) if isinstance(event, Refusal)]


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("MI*MEMBERK1", "MI*", "no subscriber id", None),
        ("MI*MEMBERK1", "34*123456789", "no subscriber id", None),
        ("MI*MEMBERK1", "MI*\u200b", "member_id is blank", None),
        ("MI*MEMBERK1", "MI*\x07A", "member_id has a control character", None),
        ("NM1*IL", "NM1*XX", "no subscriber id", None),
        ("20250310*0615*CH", "*", NO_DATE, None),
        ("BHT*", "BHX*", NO_DATE, None),
        ("DTP*472*D8*20250303~\nREF*6R*LINEK1B", "DTP*472*D8*", NO_DATE, 2),
        ("DTP*472*D8*20250303~\nREF*6R*LINEK1A", "DTP*472*D8*20250230", NO_DATE, 1),
        ("DTP*472*D8*20250303~\nREF*6R*LINEK1A", "DTP*472*D8*2025030", NO_DATE, 1),
        ("DTP*472*D8*20250303~\nREF*6R*LINEK1A", "DTP*472*RD8*20250303", NO_DATE + "?", 1),
        ("DTP*472*D8*20250303~\nREF*6R*LINEK1A", "DTP*472*XX*20250303", NO_DATE, 1),
        ("SV1*HC:J1756", "SV1*ER:J1756", NO_CODE, 2),
        ("SV1*HC:J1756", "SV1*HC:", NO_CODE, 2),
        ("SV1*HC:J1756", "SV1*", NO_CODE, 2),
        ("SV1*HC:J1756*190.5*UN*200", "SV1*HC:J1756*190.5", "no units", 2),
        ("SV1*HC:J1756*190.5*UN*200", "SV1*HC:J1756*190.5*UN*2E2", "units is not a number", 2),
        ("SV1*HC:J1756*190.5", "SV1*HC:J1756*190.5.1", "charge_amount is not an amount", 2),
        (
            "SV1*HC:J1756*190.5",
            "SV1*HC:J1756*190.501",
            "charge_amount has more digits than the contract allows",
            2,
        ),
        (
            "SV1*HC:J1756*190.5",
            "SV1*HC:J1756*12345678901",
            "charge_amount has more digits than the contract allows",
            2,
        ),
        ("CTP****10*ML", "CTP****TEN*ML", "ndc_quantity is not a number", 2),
        ("LX*2", "LX*B", "a line without a number", 2),
        ("LX*2", "LX*", "a line without a number", 2),
        ("LX*2~\n", "", TWICE.format("SV1"), None),
        ("CLM*ACCOUNTK1", "CLM*", "no claim number (CLM01)", None),
        ("11:B:1", "11>B>1", CONTRADICTED, None),
        ("SV1*HC:J1756", "SV1*HC>J1756", CONTRADICTED, None),
        ("HI*ABK:D509", "HI*ABK>D509", CONTRADICTED, None),
        ("SV1*HC:J1756", "SV1*:J1756", "a code without its qualifier", 2),
        ("SV1*HC:J1756", "SV1*J1756", "a code without its qualifier", 2),
        ("SV1*HC:J1756", "SV1*HCPCS:J1756", "a code without its qualifier", 2),
        ("REF*6R*LINEK1B", "REF*6R*LINEK1B~\nREF*6R*LINEK1C", TWICE.format("REF"), None),
        ("LINEK1B~\nLIN**", "LINEK1B~\nDTP*472*D8*20250304~\nLIN**", TWO_DATES, 2),
        ("NM1*IL*1", "NM1*IL*1*A*B****MI*OTHER~\nNM1*IL*1", TWICE.format("NM1"), None),
        ("NM1*85*2", "NM1*85*2*A*****XX*1990002028~\nNM1*85*2", TWICE.format("NM1"), None),
        ("REF*6R*LINEK1A", "X" * 17_000, "a segment that is too long", None),
        ("REF*6R*LINEK1A", "REF*6R*" + "9" * 300_000, "a segment that is too long", None),
        ("REF*6R*LINEK1B", "HI*ABK:D509", AFTER, None),
    ],
)  # fmt: skip
def test_a_claim_that_cannot_be_read(old: str, new: str, reason: str, line: int | None) -> None:
    text = professional(office("K1"), office("K2"))
    changed = text.replace(old, new, 1)
    assert changed != text
    events = read(changed)
    if reason.endswith("?"):
        # One day in a range is that day.
        assert isinstance(events[0], ClaimEvent)
        return
    first = events[0]
    assert first == Refusal(1, 1, reason, line)
    # What is wrong with the loops above is wrong for both claims, and the rest for one.
    assert len(events) == 2
    above = old.startswith(("MI*", "NM1*", "2025", "BHT"))
    assert isinstance(events[1], Refusal) == above


def test_no_refusal_has_a_value_of_the_claim() -> None:
    text = professional(office("K1")).replace("MEMBERK1", "SECRET\x07")
    (refusal,) = refusals(text)
    assert "SECRET" not in f"{refusal.place} {refusal.reason}"
    assert refusal.place == "transaction 1, claim 1"
    assert Refusal(2, None, "x").place == "transaction 2"
    assert Refusal(2, 3, "x", 4).place == "transaction 2, claim 3, line 4"


def test_an_institutional_claim_without_a_statement_has_no_date() -> None:
    text = institutional(hospital("H1")).replace("DTP*434", "DTP*435")
    assert refusals(text) == [Refusal(1, 1, NO_DATE, 2)]


def test_a_claim_without_lines_and_a_service_of_the_other_form() -> None:
    bare = professional(office("K1")[:4], office("K2"))
    assert [x.reason for x in refusals(bare)] == ["no service line"]
    other = professional(office("K1", lines=["LX*1", "SV2*0250**9*UN*3", "DTP*472*D8*20250303"]))
    assert refusals(other) == [Refusal(1, 1, "a line without SV1", 1)]
    lines = ["LX*1", "SV1*HC:96365*9*UN*1", "DTP*472*D8*20250303"]
    ward = institutional(hospital("H1", lines=lines))
    assert refusals(ward) == [Refusal(1, 1, "a line without SV2", 1)]


@pytest.mark.parametrize(
    ("first", "guide"),
    [
        ("ST*835*0001", "005010X221A1"),
        ("ST*270*0001*005010X279A1", "005010X279A1"),
        ("ST*999*0001*005010X231A1", "005010X231A1"),
        ("ST*837*0001*005010X224A2", "005010X224A2"),
        ("ST*837*0001*004010X098A1", "004010X098A1"),
        ("ST*837*0001", ""),
    ],
)
def test_another_transaction_set_is_refused_and_the_next_one_read(first: str, guide: str) -> None:
    other = [first, *PROVIDER, *subscriber(), *office("K1"), "SE*9*0001"]
    good = transaction([*PROVIDER, *subscriber("K2"), *office("K2")], number="0002")
    events = read(interchange(other, good, guide=guide))
    assert events[0] == Refusal(1, None, ANOTHER_SET)
    assert isinstance(events[1], ClaimEvent)
    assert (len(events), events[1].member_id) == (2, "MEMBERK2")


def test_the_group_says_the_guide_where_the_transaction_does_not() -> None:
    inside = transaction([*PROVIDER, *subscriber(), *hospital()], "", "0001")
    (claim,) = read(interchange(inside, guide=INSTITUTIONAL))
    assert isinstance(claim, ClaimEvent)
    assert claim.claim_form == "UB04"


def test_the_last_claim_of_a_transaction_without_an_end_is_refused() -> None:
    inside = [*PROVIDER, *subscriber(), *office("K1"), *office("K2")]
    cut = transaction(inside, closed=False)
    good = transaction([*PROVIDER, *subscriber("K3"), *office("K3")], number="0002")
    for text in (interchange(cut), interchange(cut, good), isa() + "~".join(cut)):
        events = read(text)
        assert isinstance(events[0], ClaimEvent)
        assert events[1] == Refusal(1, 2, MISSING_SE)
    assert isinstance(read(interchange(cut, good))[2], ClaimEvent)


def test_a_lost_beginning_gives_no_claim_to_another_member() -> None:
    text = professional(office("K1"), [*subscriber("K2", 3), *office("K2")])
    without_hl = text.replace("HL*3*1*22*0~\n", "")
    events = read(without_hl)
    assert [isinstance(x, ClaimEvent) for x in events] == [True, False]
    assert events[1] == Refusal(1, 2, "no subscriber id")
    # Without lines in the first claim, the next subscriber looks like another payer.
    bare = professional([*office("K1")[:4], *subscriber("K2", 3)[1:], *office("K2")])
    assert [x.reason for x in refusals(bare)] == ["no service line", "no subscriber id"]


def test_a_lost_transaction_header_gives_no_claims() -> None:
    text = professional(office("K1")).replace("ST*837", "XX*837")
    good = professional(office("K2"))
    events = read(text + good)
    assert events[0] == Refusal(0, 1, "outside a transaction set")
    assert isinstance(events[1], ClaimEvent)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n",
        b"%PDF-1.7\n%\xe2\xe3",
        b'{"event_id": "x"}\n',
        b"ISA",
        b"ISA*00*          *00*",
        b"GS*HC*A*B~ST*837*1~",
        isa().encode(),
        b"\xff\xfe",
        bytes(range(256)) * 40,
    ],
)
def test_a_file_that_is_not_x12(data: bytes) -> None:
    with pytest.raises(NotX12) as refused:
        list(read_claims(io.BytesIO(data), READING))
    assert refused.value.message.startswith("not an X12 file")


def test_a_second_header_that_cannot_be_read_ends_the_reading() -> None:
    good = professional(office("K1"))
    events = read(good + "ISA*00*broken~GS*HC~" + good)
    assert isinstance(events[0], ClaimEvent)
    assert events[1:] == [
        Refusal(
            1,
            None,
            "an interchange header (ISA) that cannot be read; the rest of the file was not read",
        )
    ]


def test_a_payer_without_a_line_of_business_is_refused() -> None:
    payers = {"EXHP1": LineOfBusiness.MEDI_CAL, "SBR09*MB": LineOfBusiness.MEDICARE}
    reading = replace(READING, claim_number=ClaimNumber.TRACE, line_of_business=None, payers=payers)
    text = professional(office("K1"))
    known = read(text, reading)[0]
    assert isinstance(known, ClaimEvent)
    assert (known.line_of_business, known.claim_id) == (LineOfBusiness.MEDI_CAL, "TRACEK1")
    elsewhere = text.replace("PI*EXHP1", "PI*ELSE")
    by_filing = read(elsewhere.replace("*MC~", "*MB~"), reading)[0]
    assert isinstance(by_filing, ClaimEvent)
    assert by_filing.line_of_business is LineOfBusiness.MEDICARE
    unknown = "a payer that the payer map does not know"
    assert [x.reason for x in refusals(elsewhere, reading)] == [unknown]
    no_trace = text.replace("REF*D9", "REF*D8")
    assert [x.reason for x in refusals(no_trace, reading)] == ["no claim number (REF*D9)"]
