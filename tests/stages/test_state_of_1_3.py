"""State that version 1.3 of the schemas wrote, restored and used.

A supervisor's day was one value then, of any size. ``state_of_1_3.txt`` holds the state of both
stages after these claims, a line for each entry: its key and its value in hexadecimal. It was
written with the code of commit c791952 over an ``OverTheWire``. All have one infusion, 96365:

* M0 to M39: C0 to C39, one after another from 07:00 on, 16 minutes each.
* N0 to N2: W0 to W2, each beginning with C0 to C2 and 20 minutes long, which are denied.
* N9: NIGHT, from 23:30 to 00:30.
"""

from pathlib import Path

import pytest

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.codec.framing import schema_id
from stream_edits.codec.state import decode_page, decode_supervisor_record
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from stream_edits.stages.supervision.day_pages import MOST_SLOTS
from tests.build import ADA, DAY, infusion, published, voiding
from tests.stages.plain_supervisors import PlainSupervisors
from tests.stages.test_supervised_pages import Plain
from tests.stages.walk import summaries
from tests.stages.wire import OverTheWire, State

STORED = {
    bytes.fromhex(key): bytes.fromhex(value)
    for key, value in (
        entry.split()
        for entry in Path(__file__).with_name("state_of_1_3.txt").read_text("ascii").splitlines()
    )
}
_OF_SUPERVISORS = b"dqs"


class Restored(OverTheWire):
    """A run that goes on with the stored state."""

    def __init__(self) -> None:
        others = {key: value for key, value in STORED.items() if key[:1] not in _OF_SUPERVISORS}
        super().__init__(kept=others)
        own = {key: value for key, value in STORED.items() if key[:1] in _OF_SUPERVISORS}
        self.state = State(own)
        self.supervisors = StoredSupervisors(self.state)

    def of(self, kind: bytes) -> list[bytes]:
        return [value for key, value in self.state.kept.items() if key[:1] == kind]


@pytest.fixture
def restored() -> Restored:
    return Restored()


def at(number: int, minutes: int) -> str:
    start = 420 + 16 * number
    end = start + minutes
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def test_the_state_is_of_version_1_3_with_a_day_larger_than_a_page(restored: Restored) -> None:
    numbers = {schema_id(value) for value in STORED.values()}
    assert {106, 124} <= numbers <= set(range(106, 127))
    days = [len(decode_page(value).slots) for value in restored.of(b"d")]
    assert sorted(days) == [1, 44]
    assert MOST_SLOTS < 44
    assert not any(decode_supervisor_record(value).starts for value in restored.of(b"s"))


def test_a_day_is_divided_when_it_is_touched_first(restored: Restored) -> None:
    sent = restored.send(infusion("NEW", "X", at(5, 16)))
    assert summaries(sent) == ["NEW1 DENY"]
    assert sent[0].findings[0].related_claim_ids == ("C5",)
    pages = [decode_page(value) for value in restored.of(b"d")]
    assert max(len(page.slots) for page in pages) <= MOST_SLOTS
    assert sum(len(page.slots) for page in pages) == 44 + 1 + 1
    assert len(restored.day(ADA, DAY)) == 45
    # Only what was touched has a new schema: the other day is as it was.
    assert sorted(schema_id(value) for value in restored.of(b"d")) == [
        106,
        *[127] * (len(pages) - 1),
    ]
    assert sum(schema_id(value) == 138 for value in restored.of(b"s")) == 1


def test_time_is_given_back_from_a_day_that_is_divided_for_it(restored: Restored) -> None:
    assert summaries(restored.send(voiding("C1", "V", member_id="M1"))) == ["V1 PASS"]
    sent = restored.send(voiding("C0", "V0", member_id="M0"))
    assert summaries(sent) == ["V01 PASS", "W02 PASS"]


def test_every_later_event_is_decided_as_before() -> None:
    plain, restored = Plain(supervisors=PlainSupervisors()), Restored()  # type: ignore[arg-type]
    plain.send(*(infusion(f"C{n}", f"M{n}", at(n, 16)) for n in range(40)))
    plain.send(*(infusion(f"W{n}", f"N{n}", at(n, 20)) for n in range(3)))
    plain.send(infusion("NIGHT", "N9", "23:30-00:30"))
    events = [infusion(f"X{n}", f"Y{n}", at(3 * n, 16)) for n in range(12)]
    events += [voiding(f"C{n}", f"VC{n}", member_id=f"M{n}") for n in range(40)]
    for event in events:
        assert restored.send(event) == plain.send(event)


def test_a_day_whose_claims_are_all_void_has_no_time_and_is_forgotten(restored: Restored) -> None:
    claims = {f"C{n}": f"M{n}" for n in range(40)} | {f"W{n}": f"N{n}" for n in range(3)}
    for name, member in (claims | {"NIGHT": "N9"}).items():
        restored.send(voiding(name, f"V{name}", member_id=member))
    slots = [slot for page in restored.of(b"d") for slot in decode_page(page).slots]
    assert len(slots) == 2 * 44
    assert all(slot.start_time == slot.end_time for slot in slots)
    assert all(decode_supervisor_record(x).denied_claim is None for x in restored.of(b"s"))
    restored.send(published(infusion("NEW", "X", at(0, 16)), DEFAULT_RETENTION.days + 1))
    assert [slot.claim_id for slot in restored.day(ADA, DAY)] == ["NEW"]
    assert (len(restored.of(b"d")), len(restored.of(b"s"))) == (1, 1)
