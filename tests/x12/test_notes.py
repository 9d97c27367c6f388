"""Administration times in the notes of lines."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import pytest

from stream_edits.codec.x12 import Tally
from stream_edits.codec.x12.notes import Impossible, times_in
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from tests.x12.reads import READING, professional, read, the_claim
from tests.x12.samples import office

DAY = date(2025, 3, 3)


@pytest.mark.parametrize(
    ("note", "times"),
    [
        ("START 0900 STOP 1015", "09:00-10:15"),
        ("START TIME 0900 STOP TIME 1015", "09:00-10:15"),
        ("Start: 9:00 End: 10:15", "09:00-10:15"),
        ("START:0900;STOP:1015", "09:00-10:15"),
        ("START-0900 STOP-1015", "09:00-10:15"),
        ("START 0900 / STOP 1015", "09:00-10:15"),
        ("STARTED AT 0900 STOPPED AT 1015", "09:00-10:15"),
        ("INFUSION STARTED 09:00, STOPPED 10:15 RN JS", "09:00-10:15"),
        ("INFUSION START 0930 INFUSION STOP 1145", "09:30-11:45"),
        ("TIME IN 0900 TIME OUT 1015", "09:00-10:15"),
        ("S 0900 E 1015", "09:00-10:15"),
        ("START 900 STOP 1015", "09:00-10:15"),
        ("START 0900 STOP 1015 L ARM", "09:00-10:15"),
        ("KEYTRUDA 200 MG START 0900 STOP 0930 WASTE 50 MG", "09:00-09:30"),
        ("START 9AM STOP 10AM", "09:00-10:00"),
        ("9A-10A", "09:00-10:00"),
        ("9:00AM-10:30AM", "09:00-10:30"),
        ("9:00 a.m. to 1:30 p.m.", "09:00-13:30"),
        ("1:00 to 2:30 PM", "13:00-14:30"),
        ("12:00 AM - 12:30 PM", "00:00-12:30"),
        ("1513 TO 1641", "15:13-16:41"),
        ("0900-1015 HRS", "09:00-10:15"),
        ("0900-1015 (75 MIN)", "09:00-10:15"),
        ("RN JS 0900-1015", "09:00-10:15"),
        ("INFUSED 0900-1015 RN JS", "09:00-10:15"),
        ("TIME 0930 TO 1145 L AC 22G", "09:30-11:45"),
        ("JS, RN 9:00-10:15", "09:00-10:15"),
        ("INFUSED 0900-1015 BY ABC", "09:00-10:15"),
        ("INFUSED 9:00-10:15 L ARM /JS", "09:00-10:15"),
        ("IN 0900 OUT 1015 RN JS", "09:00-10:15"),
        ("PORT FLUSHED START 9:00 STOP 10:15", "09:00-10:15"),
        ("20250303 0900-1015", "09:00-10:15"),
        ("3/3 0900-1015", "09:00-10:15"),
        ("03/03/2025 START 0900 STOP 1015", "09:00-10:15"),
    ],
)
def test_times_in_a_note(note: str, times: str) -> None:
    found = times_in(note, DAY)
    assert found is not None
    assert "-".join(f"{each:%H:%M}" for each in found) == times
    assert {each.date() for each in found} == {DAY}


@pytest.mark.parametrize(
    "note",
    [
        "",
        "SALINE 500 ML",
        "TIME 60 MIN",
        "INFUSED OVER 2 HOURS",
        "GIVEN 400-415 MG IV OVER 1 HR",
        "INFUSED 1000-1500 MLS/HR",
        "DOSE INCREASED FROM 1000 TO 1200",
        "DOSE FROM 100 TO 130 MG",
        "PULSE 110-120",
        "WEIGHT 150 TO 155 LB",
        "TITER 1:20-1:40",
        "DOS 0303-0305",
        "SERVICE FROM 0503 TO 0505",
        "LOT 1011-1015",
        "LOT 0912A-1013B",
        "LOT 0912 END 1013",
        "AUTH 0123-0456",
        "MRN 0912-1013",
        "REF NO 0912-1013",
        "PHONE 555-1234",
        "CALL 661-555-0100",
        "OFFICE HOURS 9AM-5PM",
        "INFUSION 9:00 - 10:15 PST",
        "INFUSION PAUSED 9:30-9:45",
        "MD PRESENT FROM 0930 TO 0945",
        "ICD 250 THRU 259",
    ],
)
def test_numbers_that_are_not_times(note: str) -> None:
    assert times_in(note, DAY) is None


@pytest.mark.parametrize(
    "note",
    [
        "START 1254 STOP 1461",
        "START 5248 STOP 1010",
        "START 1015 STOP 0900",
        "START 0900 STOP 0900",
        "13:00 PM TO 14:00 PM",
        # Half of it is missing, or in words.
        "START0900STOP1015",
        "0900 1015",
        "MED HUNG 0900 DC 1015",
        # At night or in the afternoon.
        "1:00-2:30",
        "INFUSION FROM 6:30 TO 7:15",
        "START 0900",
        "START 9AM",
        "START 9 STOP 10",
        "INFUSION FROM 9:00 UNTIL NOON",
        # More numbers that could be times.
        "0900-0930 AND 1000-1030",
        "0900-0930 HRS AND 0945-1015",
        "9:00-9:30, 0945-1015",
        "START 0900 STOP 0930 THEN 0945-1015",
        "START 0900 STOP 1015 PAUSED 0930-0945",
        "START 0900 RATE CHANGE 0930 STOP 1015",
        "START 0900 VITALS 0930 STOP 1015",
        "START 800 STOP 845 RESTART 900 STOP 930",
        "ROOM 101-102, START 0900 STOP 1015",
        # Another day.
        "03/10/25 0900-1015",
        "20250310 0900-1015",
        "99/99 0900-1015",
        "START 0900 STOP 1015 NEXT DAY",
        "START 0900 STOP 1015 (+1 DAY)",
        "5FU PUMP START 1000 STOP 1200 ON 3/5",
        # Times of something else.
        "PORT FLUSH 10:15-10:20",
        "LAB DRAW 8:15-8:20",
        "PREMED GIVEN 8:50-9:00",
        "VITALS 9:00-9:10",
        "DRUG PREP 8:30-8:45 HRS",
        "CLINIC HOURS 8:00-17:00",
        "LUNCH 9AM-10AM",
        "BRK 9A-10A",
        "FLUSH 0900-0915 HRS",
        "TAR 0923-1145",
        "0923-1145 JS",
        "RN ON SITE 0700-1900",
        "0715-1915 RN JS ON SITE",
        "MD IN 0800 OUT 1200",
        "MD JS IN 8:00 OUT 12:00",
        # They may be days of March, or an amount.
        "INFUSION 0303-0305",
        "FROM 0303 THRU 0305",
        "COVERAGE START 0101 END 1231",
        "START 100 END 150 ML/HR",
        "HYDRATION 1000-1500",
        "FROM 100 TO 130",
        "NOT STARTED 0900 STOP 1015",
        "START 0900 STOP 1015 CANCELLED",
        "START 0900 STOP 1015 UTC",
    ],
)
def test_times_that_cannot_be_or_are_not_clear(note: str) -> None:
    with pytest.raises(Impossible):
        times_in(note, DAY)


@pytest.mark.parametrize(
    "note", ["A" + " " * 16_000 + "x", "START " * 3000, "." * 16_000, "0" * 16_000]
)
def test_a_long_note_takes_no_longer_than_its_length(note: str) -> None:
    """A search that goes back and forth would take minutes, and end the test."""
    with suppress(Impossible):
        assert times_in(note * 100, DAY) is None


def test_times_of_notes_are_taken_only_if_asked_for() -> None:
    text = professional(
        office(
            lines=[
                *("LX*1", "SV1*HC:96365*1*UN*1", "DTP*472*D8*20250303"),
                "NTE*ADD*START 0900 STOP 1010",
                *("LX*2", "SV1*HC:96366*1*UN*1", "DTP*472*D8*20250303"),
                "NTE*ADD*START 1254 STOP 1461",
                *("LX*3", "SV1*HC:96366*1*UN*1", "DTP*472*RD8*20250303-20250304"),
                "NTE*ADD*START 0900 STOP 1010",
                *("LX*4", "SV1*HC:96366*1*UN*1", "DTP*472*D8*20250303", "NTE*TPO*0900-1000"),
            ]
        )
    )
    assert {line.start_time for line in the_claim(text).lines} == {None}
    tally = Tally()
    reading = replace(READING, note_times=True)
    (claim,) = read(text, reading, tally)
    assert isinstance(claim, ClaimEvent)
    assert claim.lines[0].start_time == datetime(2025, 3, 3, 9)
    assert claim.lines[0].end_time == datetime(2025, 3, 3, 10, 10)
    assert {line.start_time for line in claim.lines[1:]} == {None}
    assert tally.warnings == {"times in notes left out": 2}
    assert claim.line_of_business is LineOfBusiness.MEDI_CAL
