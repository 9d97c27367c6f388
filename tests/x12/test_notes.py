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
    ("note", "start", "end"),
    [
        ("START 0900 STOP 1015", (9, 0), (10, 15)),
        ("START TIME 0900 STOP TIME 1015", (9, 0), (10, 15)),
        ("Start: 9:00 End: 10:15", (9, 0), (10, 15)),
        ("INFUSION STARTED 09:00, STOPPED 10:15 RN JS", (9, 0), (10, 15)),
        ("1513 TO 1641", (15, 13), (16, 41)),
        ("9:00AM-10:30AM", (9, 0), (10, 30)),
        ("9:00 a.m. to 1:30 p.m.", (9, 0), (13, 30)),
        ("1:00 to 2:30 PM", (13, 0), (14, 30)),
        ("12:00 AM - 12:30 PM", (0, 0), (12, 30)),
        ("START:0900;STOP:1015", (9, 0), (10, 15)),
        ("START 9AM STOP 10AM", (9, 0), (10, 0)),
        ("S 0900 E 1015", (9, 0), (10, 15)),
        ("START 900 STOP 1015", (9, 0), (10, 15)),
        ("INFUSED 0900-1015", (9, 0), (10, 15)),
        ("0900-1015 HRS", (9, 0), (10, 15)),
        ("20250303 0900-1015", (9, 0), (10, 15)),
        ("ROOM 1011-1012, START 0900 STOP 1015", (9, 0), (10, 15)),
        ("RATE 100-200 ML/HR START 0900 STOP 1015 WASTE 50 MG", (9, 0), (10, 15)),
        ("START 0900 STOP 1015 L ARM", (9, 0), (10, 15)),
        ("START 0900 STOP 1015 MIN 75", (9, 0), (10, 15)),
        ("INFUSED 0900-1015 RN JS", (9, 0), (10, 15)),
        ("9A-10A", (9, 0), (10, 0)),
        ("SALINE 500 ML", None, None),
        ("INFUSED 1000-1500 MLS/HR", None, None),
        ("INFUSED 1000-1500 MILLIGRAMS", None, None),
        ("RATE START 100 END 150", None, None),
        ("WT START 150 END 155", None, None),
        ("SERVICE FROM 0503 TO 0505", None, None),
        ("TIME 60 MIN", None, None),
        ("GIVEN 400-415 MG IV OVER 1 HR", None, None),
        ("INFUSED 1000-1500 ML", None, None),
        ("DOSE FROM 100 TO 130 MG", None, None),
        ("PULSE 110-120", None, None),
        ("WEIGHT 150 TO 155 LB", None, None),
        ("DOS 0303-0305", None, None),
        ("LOT 1011-1015", None, None),
        ("AUTH 0123-0456", None, None),
        ("PHONE 555-1234", None, None),
        ("ICD 250 THRU 259", None, None),
        ("CALL 661-555-0100", None, None),
        ("", None, None),
    ],
)
def test_times_in_a_note(
    note: str, start: tuple[int, int] | None, end: tuple[int, int] | None
) -> None:
    found = times_in(note, DAY)
    if start is None or end is None:
        assert found is None
    else:
        assert found == (datetime(2025, 3, 3, *start), datetime(2025, 3, 3, *end))


@pytest.mark.parametrize(
    "note",
    [
        "START 1254 STOP 1461",
        "START 5248 STOP 1010",
        "START 1015 STOP 0900",
        "START 0900 STOP 0900",
        "13:00 PM TO 14:00 PM",
        "0900-0930 AND 1000-1030",
        "START 0900",
        "FROM 100 TO 130",
        "0900-1015 1030-1115",
        "INFUSION FROM 9:00 UNTIL NOON",
        "START 9AM",
        "START 9 STOP 10",
        "TIME IN 0900 TIME OUT 1015",
        "0900-1015 RN JS",
        "RN JS 0900-1015",
        # They may be days of March.
        "INFUSION 0303-0305",
        "FROM 0303 THRU 0305",
    ],
)
def test_times_that_cannot_be(note: str) -> None:
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
