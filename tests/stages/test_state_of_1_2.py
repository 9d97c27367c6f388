"""State that version 1.2 of the schemas wrote, restored and used.

Its findings had no mode yet. ``state_of_1_2.txt`` holds the state of both stages after these
claims, a line for each entry: its key and its value in hexadecimal. It was written with the code of
commit feb085d over an ``OverTheWire``:

* M1: WAITS, 96366 without its primary.
* M2: HELD, 96365, and 96377 that waits to be priced by hand.
* M3: A, 96365 from 09:00 to 10:00. M4: B, the same half an hour later, which is denied for it.
* M5: PRICED, like HELD, with a review that approved the price.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.codec.framing import schema_id
from stream_edits.domain.decision import FindingMode
from tests.build import claim, line, replacing, voiding
from tests.stages.reviewing import review
from tests.stages.walk import edits, summaries
from tests.stages.wire import OverTheWire, State

STORED = {
    bytes.fromhex(key): bytes.fromhex(value)
    for key, value in (
        entry.split()
        for entry in Path(__file__).with_name("state_of_1_2.txt").read_text("ascii").splitlines()
    )
}
HELD = "c71bb918-176c-5b24-8397-b1eae9049522"
_OF_SUPERVISORS = b"dqs"


def of(stage: bytes) -> dict[bytes, bytes]:
    return {key: value for key, value in STORED.items() if key[:1] in stage}


@pytest.fixture
def restored() -> OverTheWire:
    others = {key: value for key, value in STORED.items() if key[:1] not in _OF_SUPERVISORS}
    run = OverTheWire(kept=others)
    run.supervisors = StoredSupervisors(State(of(_OF_SUPERVISORS)))
    return run


def test_the_state_is_of_version_1_2() -> None:
    numbers = {schema_id(value) for value in STORED.values()}
    assert numbers <= set(range(106, 122))
    assert numbers & set(range(115, 122))
    assert of(_OF_SUPERVISORS)


def test_an_open_claim_is_decided_again(restored: OverTheWire) -> None:
    sent = restored.send(claim("PRIMARY", line("96365")))
    assert summaries(sent) == ["PRIMARY1 PASS", "WAITS2 PASS"]


def test_a_held_claim_is_closed_by_a_review(restored: OverTheWire) -> None:
    (decision,) = OverTheWire().send(claim("HELD", line("96365"), line("96377"), member_id="M2"))
    assert decision.decision_id == HELD
    (closed,) = restored.reviewed(
        review(decision, line=2, edit="by-report-pricing", member_id="M2")
    )
    assert summaries([closed]) == ["HELD2 PASS"]
    assert [finding.mode for finding in closed.findings] == [FindingMode.ENFORCED]


def test_what_was_reviewed_stands_when_the_claim_comes_again(restored: OverTheWire) -> None:
    again = claim("PRICED", line("96365"), line("96377"), member_id="M5")
    sent = restored.send(replace(again, event_id="event-again"))
    assert sent == []
    (changed,) = restored.send(replacing("PRICED", "R", line("96377"), member_id="M5"))
    assert summaries([changed]) == ["R1 PEND"]
    assert edits(changed) == ["by-report-pricing"]


def test_a_denied_claim_gets_its_time_back(restored: OverTheWire) -> None:
    sent = restored.send(voiding("A", "V", member_id="M3"))
    assert summaries(sent) == ["V1 PASS", "B2 PASS"]
