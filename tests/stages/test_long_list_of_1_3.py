"""State that version 1.3 of the schemas wrote: long lists of claims were one value.

``long_list_of_1_3.txt`` holds the encounter stage's state after these claims, a line for each
entry: its key and its value in hexadecimal. It was written with the code of commit a702a42 over an
``OverTheWire``:

* M1: C0 to C39, a day apart, each billed and published on a day of its own. Every eighth is 96366
  without its primary, the others are 96365. Then V, which voids C1.
* M2: SHORT, 96366 without its primary.
"""

from pathlib import Path

import pytest

from stream_edits.codec.framing import schema_id
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.member_state import ListBranch
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from tests.build import claim, line, moved, published, replacing
from tests.stages.walk import edits, listed, summaries
from tests.stages.wire import OverTheWire

STORED = {
    bytes.fromhex(key): bytes.fromhex(value)
    for key, value in (
        entry.split()
        for entry in Path(__file__)
        .with_name("long_list_of_1_3.txt")
        .read_text("ascii")
        .splitlines()
    )
}
LIST = max((key for key in STORED if key[:1] == b"m"), key=lambda key: len(STORED[key]))


@pytest.fixture
def restored() -> OverTheWire:
    return OverTheWire(kept=STORED)


def on(day: int, event: ClaimEvent) -> ClaimEvent:
    """The event, with its services and its publication so many days later."""
    return published(moved(event, day), day)


def test_the_state_is_of_version_1_3() -> None:
    assert {schema_id(value) for value in STORED.values()} == {114, 125, 126}
    assert [key[:1] for key in STORED].count(b"m") == 2


def test_a_long_list_is_split_by_the_member_s_next_event(restored: OverTheWire) -> None:
    assert len(restored.members.listed("M1")) == 41
    sent = restored.send(on(16, claim("PRIMARY", line("96365"))))
    assert summaries(sent) == ["PRIMARY1 PASS", "C162 PASS"]
    assert isinstance(restored.members.listed("M1"), ListBranch)
    kept = {each.claim_id: each for each in listed(restored.members, "M1")}
    assert kept.keys() == {*(f"C{number}" for number in range(40)), "V", "PRIMARY"}
    assert kept["C1"].listing_keys == ()
    assert kept["C2"].listing_keys == ("1234567893|2025-01-17",)


def test_a_short_list_stays_one_value(restored: OverTheWire) -> None:
    sent = restored.send(claim("PRIMARY", line("96365"), member_id="M2"))
    assert summaries(sent) == ["PRIMARY1 PASS", "SHORT2 PASS"]
    assert not isinstance(restored.members.listed("M2"), ListBranch)


def test_a_claim_of_a_long_list_is_replaced(restored: OverTheWire) -> None:
    (sent,) = restored.send(on(2, replacing("C2", "R", line("96365"))))
    assert summaries([sent]) == ["R1 PASS"]
    (late,) = restored.send(on(1, claim("C1", line("96365"), line("96372"), event="late")))
    assert edits(late) == ["already-replaced"]


def test_claims_of_a_long_list_expire(restored: OverTheWire) -> None:
    last = on(DEFAULT_RETENTION.days + 30, claim("LAST", line("96365")))
    restored.send(last)
    kept = {each.claim_id for each in listed(restored.members, "M1")}
    # The void has named C1 on day 41.
    assert kept == {*(f"C{number}" for number in range(30, 40)), "C1", "V", "LAST"}


def test_an_earlier_version_cannot_read_a_split_list(restored: OverTheWire) -> None:
    restored.send(on(50, claim("NEXT", line("96365"))))
    state = restored.members
    value = state._state.get(LIST)  # type: ignore[attr-defined]
    assert schema_id(value) == 129
