"""State and messages that version 1.1 of the schemas wrote, restored and used.

Their decisions had no clock yet. ``state_of_1_1.txt`` holds the state of both stages after these
claims, a line for each entry: its key and its value in hexadecimal. It was written with the code of
commit 8ce787f over an ``OverTheWire``:

* M1: WAITS, 96366 without its primary, received on 2025-01-30.
* M2: HELD, 96367 without its justification.
* M3: A, 96365 from 09:00 to 10:00. M4: B, the same half an hour later, which is denied for it.
* M5: LATE, 96366 from 14:00 to 15:00 without its primary.
"""

from datetime import date
from pathlib import Path

import pytest

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.codec.framing import schema_id
from stream_edits.codec.messages import decode_supervised
from stream_edits.codec.schemas import schema_folder
from stream_edits.domain.decision import Disposition, WaitsFor
from stream_edits.domain.messages import SupervisedClaim
from tests.build import ADA, claim, line, replacing, voiding
from tests.stages.walk import summaries
from tests.stages.wire import OverTheWire, State

STORED = {
    bytes.fromhex(key): bytes.fromhex(value)
    for key, value in (
        entry.split()
        for entry in Path(__file__).with_name("state_of_1_1.txt").read_text("ascii").splitlines()
    )
}


@pytest.fixture
def restored() -> OverTheWire:
    run = OverTheWire(kept={key: value for key, value in STORED.items() if key[:1] in b"cm"})
    kept = {key: value for key, value in STORED.items() if key[:1] in b"dqs"}
    run.supervisors = StoredSupervisors(State(kept))
    return run


def test_the_state_is_of_version_1_1() -> None:
    assert {schema_id(value) for value in STORED.values()} == {106, 109, 112, 113, 114}


def test_an_open_claim_gets_its_clock_with_its_next_revision(restored: OverTheWire) -> None:
    sent = restored.send(claim("PRIMARY", line("96365")))
    assert summaries(sent) == ["PRIMARY1 PASS", "WAITS2 PASS"]
    assert (sent[1].received_date, sent[1].due_by) == (date(2025, 1, 30), date(2025, 4, 3))


def test_an_open_claim_is_not_published_again_for_its_clock(restored: OverTheWire) -> None:
    beside = claim("BESIDE", line("96372"), member_id="M2")
    assert summaries(restored.send(beside)) == ["BESIDE1 PASS"]


def test_an_open_claim_is_corrected(restored: OverTheWire) -> None:
    (sent,) = restored.send(replacing("HELD", "R", line("96366"), member_id="M2"))
    assert (sent.disposition, sent.waits_for) == (Disposition.PEND, WaitsFor.CLAIM)
    assert sent.withdrawn_claim_id == "HELD"


def test_a_denied_claim_gets_its_time_back_without_a_clock(restored: OverTheWire) -> None:
    sent = restored.send(voiding("A", "V", member_id="M3"))
    assert summaries(sent) == ["V1 PASS", "B2 PASS"]
    assert sent[0].due_by == date(2025, 4, 4)
    assert (sent[1].received_date, sent[1].due_by) == (None, None)


def test_an_open_claim_with_time_is_decided_again(restored: OverTheWire) -> None:
    sent = restored.send(claim("P", line("96365", "13:00-14:00", by=ADA), member_id="M5"))
    assert summaries(sent) == ["P1 PASS", "LATE2 PASS"]
    assert sent[1].due_by == date(2025, 4, 4)


def test_a_claim_on_its_way_to_a_supervisor_says_whose_move_it_is() -> None:
    golden = schema_folder() / "published" / "1.1" / "SupervisedClaim.golden.bin"
    message = decode_supervised(golden.read_bytes())
    assert isinstance(message, SupervisedClaim)
    assert message.draft.waits_for is WaitsFor.NONE
    (decision,) = OverTheWire().take(message._replace(found=()))
    assert (decision.disposition, decision.received_date) == (Disposition.PEND, None)
    assert decision.waits_for is WaitsFor.PROVIDER
