"""The table of places: complete, readable, and the one that the documentation shows."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from stream_edits.codec.x12.loops import MOVES, short_name
from stream_edits.codec.x12.table import BadTable, Row, places, places_in, rows
from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine

PAGE = Path(__file__).parents[2] / "docs" / "feeds.md"


def test_every_field_of_a_claim_has_a_row_in_its_order() -> None:
    found = list(rows())
    by_record = {
        record: [row.field for row in found if row.record == record]
        for record in ("claim", "line", "beside")
    }
    assert by_record["claim"] == [each.name for each in fields(ClaimEvent)]
    assert by_record["line"] == [each.name for each in fields(ServiceLine)]
    assert len(found) == sum(map(len, by_record.values()))


@pytest.mark.parametrize("form", list(ClaimForm))
def test_every_place_is_in_a_loop_that_segments_lead_to(form: ClaimForm) -> None:
    reached = {"2000B", *[loop for moves in MOVES.values() for loop in moves.values()], "2300"}
    assert places(form).keys() <= reached
    for loop, segments in places(form).items():
        for name, found in segments.items():
            assert all(place.segment == name for place in found)
            assert all(short_name(place.loop) == loop for place in found)
    # Nothing of another payer.
    assert not places(form).keys() & {"2320", "2330", "2430", "2440"}


def test_a_cell_that_says_nothing_is_refused() -> None:
    for cell in ("CLM01", "2300 CLM5", "2300 CLM01 (CLM01)", "2300 clm01", ""):
        with pytest.raises(BadTable):
            list(places_in("x", cell))
    assert list(places_in("x", "-")) == list(places_in("x", "= a rule else 2300 CLM01")) == []
    first, second = places_in("x", "2310B NM109 (NM101=82; NM108=XX) else 2300 SV101-3..6")
    assert (first.segment, first.element, first.conditions) == ("NM1", 9, ((1, "82"), (8, "XX")))
    assert (second.element, second.component, second.last) == (1, 3, 6)


def _shown(row: Row) -> str:
    cells = [row.cells[ClaimForm.CMS1500], row.cells[ClaimForm.UB04]]
    return f"| `{row.field}` | {cells[0]} | {cells[1]} |"


def test_the_page_shows_the_table() -> None:
    page = PAGE.read_text("utf-8")
    shown = re.search(r"<!-- places: begin -->\n(.*?)<!-- places: end -->", page, re.S)
    assert shown is not None
    in_page = [line for line in shown[1].splitlines() if line.startswith("| `")]
    assert in_page == [_shown(row) for row in rows()]
