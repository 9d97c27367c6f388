"""State that version 1.0 wrote, restored and used (schema ids 104 and 108).

``state_of_1_0.txt`` holds the encounter stage's state after these claims, a line for each entry:
its key and its value in hexadecimal. It was written with the code of commit c04c1ad, whose
``EncounterStage`` processed them in this order over a ``StoredMembers`` of bytes:

* M1: WAITS, 96366 under encounter number V1, which is open.
* M2: PAID, 96372 from 09:00 to 09:05 under number V1.
* M3: NIGHT, 96365 over midnight, and 96366 of the next day, which was moved to the first day.
* M7: CLOCK, 96372 with a start on the day after its service date, to which it was moved.
* M4: HELD, 96367 without its justification, which is open.
* M5: FIRST, 96372, and SECOND with the same 96372, which is denied, and 96374.
* M6: GONE, 96365, and VOID, which voids it.

Its diagnosis codes have no dots, for the content digest of version 1.0 did not leave them out.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from stream_edits.codec.framing import schema_id
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition
from stream_edits.domain.member_state import ClaimStatus
from tests.build import DAY, OTHER_CLINIC, claim, line, replacing, voiding
from tests.stages.walk import edits, outcomes, summaries
from tests.stages.wire import OverTheWire

NEXT = DAY + timedelta(days=1)
STORED = {
    bytes.fromhex(key): bytes.fromhex(value)
    for key, value in (
        entry.split()
        for entry in Path(__file__).with_name("state_of_1_0.txt").read_text("ascii").splitlines()
    )
}
PASS, DENY = Disposition.PASS, Disposition.DENY


@pytest.fixture
def restored() -> OverTheWire:
    return OverTheWire(kept=STORED)


def test_the_state_is_of_version_1_0() -> None:
    assert {schema_id(value) for value in STORED.values()} == {104, 108}


def test_a_waiting_add_on_finds_its_primary(restored: OverTheWire) -> None:
    sent = restored.send(claim("PRIMARY", line("96365"), encounter_id="V1"))
    assert summaries(sent) == ["PRIMARY1 PASS", "WAITS2 PASS"]
    assert sent[1].supersedes is not None
    assert sent[1].trigger_event_id == "event-PRIMARY"
    assert sent[1].encounter_keys == ("M1|1234567893|2025-01-15#V1",)


def test_a_waiting_add_on_stays_open_beside_another_visit(restored: OverTheWire) -> None:
    sent = restored.send(claim("OTHER", line("96365", day=DAY.replace(day=20)), encounter_id="V1"))
    assert summaries(sent) == ["OTHER1 PASS"]
    record = restored.members.claim("M1", "WAITS")
    assert record is not None
    assert record.status is ClaimStatus.OPEN


def test_a_claim_without_its_document_is_replaced_with_it(restored: OverTheWire) -> None:
    (still, held) = restored.send(claim("P", line("96365"), member_id="M4"))
    assert summaries([still, held]) == ["P1 PASS", "HELD2 PEND"]
    assert edits(held) == ["justification-missing"]
    sent = restored.send(replacing("HELD", "R", line("96367"), member_id="M4"))
    assert summaries(sent) == ["R1 PASS"]


@pytest.mark.parametrize(
    ("repeated", "number", "of"),
    [
        (claim("X", line("96372", "09:00-09:05"), member_id="M2", encounter_id="V1"), 1, "PAID"),
        (claim("X", line("96372", "09:00-09:05"), member_id="M2", encounter_id="V2"), 1, "PAID"),
        (claim("X", line("96365", "23:30-00:30"), member_id="M3"), 1, "NIGHT"),
        (claim("X", line("96366", "00:30-01:30", day=NEXT), member_id="M3"), 1, "NIGHT"),
        (
            claim("X", line("96372", "00:10-00:15", day=NEXT, service_date=DAY), member_id="M7"),
            1,
            "CLOCK",
        ),
        (claim("X", line("96374"), member_id="M5"), 1, "SECOND"),
        (claim("X", line("96372"), member_id="M5"), 1, "FIRST"),
    ],
)
def test_a_duplicate_of_a_decided_claim_is_found(
    restored: OverTheWire, repeated: ClaimEvent, number: int, of: str
) -> None:
    (decision,) = restored.send(repeated)
    found = [f for f in decision.findings if f.edit_id == "duplicate-service"]
    assert [(f.line_number, f.related_claim_ids) for f in found] == [(number, (of,))]


def test_an_add_on_of_a_night_moved_to_its_first_day_finds_its_primary(
    restored: OverTheWire,
) -> None:
    sent = restored.send(claim("X", line("96375"), member_id="M3"))
    assert summaries(sent) == ["X1 PASS"]


def test_a_claim_sent_again_is_known(restored: OverTheWire) -> None:
    again = [
        claim("WAITS", line("96366"), encounter_id="V1", event="new"),
        claim("PAID", line("96372"), event="event-PAID", member_id="M2"),
        claim("GONE", line("96365"), member_id="M6", event="new"),
    ]
    assert [summaries(restored.send(each)) for each in again] == [[], [], []]


def test_a_withdrawn_claim_stays_withdrawn(restored: OverTheWire) -> None:
    late = claim("GONE", line("96372"), member_id="M6", event="new")
    sent = restored.send(late, claim("NEW", line("96365"), member_id="M6"))
    assert [edits(each) for each in sent] == [["already-replaced"], []]


def test_a_decided_claim_is_voided_and_a_denial_without_content_stays(
    restored: OverTheWire,
) -> None:
    sent = restored.send(
        voiding("FIRST", "V", member_id="M5"), claim("THIRD", line("96372"), member_id="M5")
    )
    assert summaries(sent) == ["V1 PASS", "THIRD1 PASS"]
    record = restored.members.claim("M5", "SECOND")
    assert record is not None
    assert {x.line_number: x.disposition for x in record.lines} == {1: DENY, 2: PASS}


@pytest.mark.parametrize(
    "reused",
    [
        claim("PAID", line("96372"), member_id="M2", event="x", billing_provider_npi=OTHER_CLINIC),
        claim("WAITS", line("96366"), event="x", billing_provider_npi=OTHER_CLINIC),
    ],
)
def test_the_id_of_another_provider_is_still_refused(
    restored: OverTheWire, reused: ClaimEvent
) -> None:
    assert restored.send(reused) == []
    assert len(restored.refused) == 1


def test_a_correction_of_an_open_claim_counts_its_lines(restored: OverTheWire) -> None:
    (first,) = restored.send(
        replacing("WAITS", "R", line("96366", units=9), encounter_id="V1", documents=())
    )
    assert "This replacement has" not in first.findings[0].message
    assert outcomes(first)
    record = restored.members.claim("M1", "R")
    assert record is not None
    assert record.replaced_line_count == 1
