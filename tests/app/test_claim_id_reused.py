"""A claim id that another provider has used: a dead letter in the service, a bad line in a file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.wiring import Stage, decision_builder, processors
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.messages import encode_routed
from stream_edits.commands.adjudicate import adjudicate_files
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import RoutedClaim
from stream_edits.engine.batches.batch import BatchBuilder
from stream_edits.engine.batches.circuit_breaker import CircuitBreaker
from stream_edits.engine.config import Breaker, StageConfig
from stream_edits.engine.ports import Record, Undecodable
from stream_edits.engine.state.store import MemoryStore, UncommittedState
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings
from tests.build import CLINIC, OTHER_CLINIC, claim, line, replacing, voiding
from tests.stages.walk import Walk, edits, listed, summaries

_encode = claim_encoder(5)
FIRST = claim("ACCT1", line("96413"), event="first")
REUSED = claim("ACCT1", line("J1200"), event="second", billing_provider_npi=OTHER_CLINIC)
CORRECTED = replacing(
    "ACCT1", "ACCT1", line("96413"), event="third", billing_provider_npi=OTHER_CLINIC
)


class EncounterRecords:
    """The processor of the encounter stage, with its state."""

    def __init__(self) -> None:
        settings = Settings()
        builder = decision_builder(settings)
        metrics = DecisionMetrics(Metrics(CollectorRegistry()), builder.policies)
        self.processor = processors(settings, builder, metrics)[Stage.ENCOUNTER]
        self.state = MemoryStore()
        self._offsets = iter(range(1000))

    def record(self, event: ClaimEvent) -> Record:
        """The next record of the stage's input."""
        offset = next(self._offsets)
        message = RoutedClaim(event, Source("claims.events", 0, offset), content_digest(event))
        value = encode_routed(message, _encode(event))
        return Record("claims.edits.by-member", 0, offset, b"m", value, (), 0)

    def process(self, event: ClaimEvent) -> int:
        """Process a claim. Returns the number of its outputs."""
        return len(list(self.processor.process(self.record(event), self.state)))


def test_it_is_a_dead_letter_and_changes_no_state() -> None:
    stage = EncounterRecords()
    assert stage.process(FIRST) == 1
    before = stage.state.snapshot()
    with pytest.raises(Undecodable) as raised:
        stage.process(REUSED)
    assert raised.value.error_class == "ClaimIdReused"
    for value in (CLINIC, OTHER_CLINIC, "ACCT1", "M1"):
        assert value not in raised.value.message
    assert stage.state.snapshot() == before


def test_the_engine_buries_it_and_goes_on() -> None:
    stage = EncounterRecords()
    config = StageConfig("encounter", "group", "in", "dead", "id", changelog_topic="state")
    builder = BatchBuilder(config, stage.processor, CircuitBreaker(Breaker()), lambda: 0.0)
    events = [FIRST, REUSED, claim("NEXT", line("96415"), event="third")]
    records = [stage.record(each) for each in events]
    batch = builder.build(records, {0: UncommittedState(stage.state)})
    assert [each.topic for each in batch.outputs] == [
        "claims.edits.pass",
        "dead",
        "claims.edits.pass",
    ]
    letter = batch.outputs[1]
    assert (letter.key, letter.value) == (records[1].key, records[1].value)
    headers = dict(letter.headers)
    assert headers["error.class"] == b"ClaimIdReused"
    assert headers["error.stage"] == b"encounter"
    assert headers["source.offset"] == b"1"
    assert batch.offsets == {0: 3}


def test_a_corrected_npi_is_a_replacement_that_names_the_same_claim() -> None:
    stage = EncounterRecords()
    assert stage.process(FIRST) == 1
    assert stage.process(CORRECTED) == 1
    # From now on, the id belongs to the corrected provider. Its first event is still known.
    assert stage.process(FIRST) == 0
    with pytest.raises(Undecodable):
        stage.process(replace(FIRST, event_id="fourth"))


@pytest.fixture
def adjudicated(tmp_path: Path) -> Path:
    file = tmp_path / "claims.jsonl"
    file.write_text(
        "".join(claim_to_json(each) + "\n" for each in (FIRST, REUSED, CORRECTED)), "utf-8"
    )
    return file


def test_it_is_a_bad_line_of_a_file(adjudicated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adjudicate_files(Settings(), [str(adjudicated)], "json") == 1
    printed = capsys.readouterr()
    decided = [json.loads(each) for each in printed.out.splitlines()]
    assert [(d["claim_id"], d["revision"], d["event_id"]) for d in decided] == [
        ("ACCT1", 1, "first"),
        ("ACCT1", 2, "third"),
    ]
    refused, summary = printed.err.splitlines()
    assert refused == "line 2: ClaimIdReused: the claim id is known from another billing NPI"
    assert "2 decisions (2 PASS, 0 PEND, 0 DENY), 1 refused" in summary


def test_it_is_a_bad_object_of_an_array(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claims.json"
    file.write_text(f"[\n{claim_to_json(FIRST)},\n\n{claim_to_json(REUSED)}]\n", "utf-8")
    assert adjudicate_files(Settings(), [str(file)], "json") == 1
    _, refused, _ = capsys.readouterr().err.splitlines()
    assert refused.startswith("object 2 (line 4): ClaimIdReused: ")


@pytest.mark.parametrize(
    ("reused", "refused"),
    [
        (REUSED, True),
        (claim("ACCT1", line("96413"), event="x", billing_provider_npi=OTHER_CLINIC), True),
        (voiding("ACCT1", "ACCT1", event="x", billing_provider_npi=OTHER_CLINIC), True),
        (
            replacing("D", "ACCT1", line("96413"), event="x", billing_provider_npi=OTHER_CLINIC),
            True,
        ),
        (CORRECTED, False),
        (voiding("ACCT1", "ACCT1", event="x"), False),
        (replace(REUSED, event_id="first"), False),
        (replace(REUSED, member_id="M2"), False),
        (voiding("ACCT1", "V", billing_provider_npi=OTHER_CLINIC), False),
    ],
)
@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_only_another_provider_s_claim_is_refused(
    reused: ClaimEvent, refused: bool, is_withdrawn: bool
) -> None:
    walk = Walk()
    walk.send(FIRST)
    if is_withdrawn:
        walk.send(voiding("ACCT1", "W"))
    walk.send(reused)
    assert bool(walk.refused) is refused


def test_a_refused_claim_leaves_expired_claims_and_dates_alone() -> None:
    """In one process without Kafka nothing undoes a change of state."""
    walk = Walk()
    walk.send(claim("OLD", line("96365")), claim("ACCT1", line("96372"), event="recent"))
    before = listed(walk.members, "M1")
    late = replace(REUSED, event_time=REUSED.event_time.replace(year=2026))
    walk.send(late)
    assert len(walk.refused) == 1
    assert listed(walk.members, "M1") == before
    assert all(walk.members.claim("M1", each.claim_id) for each in before)
    sent = walk.send(claim("NEW", line("96365")))
    assert summaries(sent) == ["NEW1 DENY"]
    assert edits(sent[0]) == ["duplicate-service"]
