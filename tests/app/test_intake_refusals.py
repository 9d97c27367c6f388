"""The intake stage refuses claims without identity or from the future, and no other stage does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.messages import encode_routed
from stream_edits.codec.reviews import review_encoder
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import RoutedClaim
from stream_edits.engine.ports import Processor, Record, Undecodable
from stream_edits.engine.state.store import MemoryStore
from tests.build import PUBLISHED, claim, line
from tests.codec.examples import REVIEW

_encode = claim_encoder(5)
CLAIM = claim("A", line("96365"))


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def outputs(stage: Processor, value: bytes, at: int) -> list[bytes | None]:
    record = Record("claims.events", 0, 7, b"key", value, (), at)
    return [output.value for output in stage.process(record, MemoryStore())]


BAD: dict[str, Callable[[ClaimEvent], ClaimEvent]] = {
    "no member": lambda c: replace(c, member_id=""),
    "a blank claim id": lambda c: replace(c, claim_id="\u3000"),
    "an event id with a control character": lambda c: replace(c, event_id="E\x7f"),
    "two days ahead": lambda c: replace(c, event_time=c.event_time + timedelta(days=2)),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_intake_refuses(change: Callable[[ClaimEvent], ClaimEvent]) -> None:
    stage = processor(Stage.INTAKE)
    assert len(outputs(stage, _encode(CLAIM), ms(PUBLISHED))) == 1
    with pytest.raises(Undecodable) as caught:
        outputs(stage, _encode(change(CLAIM)), ms(PUBLISHED))
    assert caught.value.error_class == "ContractViolation"


FAR = datetime(2299, 12, 31, tzinfo=UTC)


def claim_at(moment: datetime) -> bytes:
    return _encode(replace(CLAIM, event_time=moment))


def review_at(moment: datetime) -> bytes:
    return review_encoder(3)(replace(REVIEW, event_time=moment))


STAGES = {Stage.INTAKE: claim_at, Stage.REVIEW: review_at}


@pytest.mark.parametrize("stage", STAGES)
def test_a_record_with_a_later_time_is_taken(stage: Stage) -> None:
    later = ms(FAR + timedelta(days=1))
    assert len(outputs(processor(stage), STAGES[stage](FAR), later)) == 1


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("at", [0, -1])
def test_a_record_without_a_time_is_from_now(stage: Stage, at: int) -> None:
    for past in (datetime(1980, 1, 1, tzinfo=UTC), datetime.now(UTC)):
        assert len(outputs(processor(stage), STAGES[stage](past), at)) == 1
    with pytest.raises(Undecodable, match="ContractViolation"):
        outputs(processor(stage), STAGES[stage](FAR), at)


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_the_encounter_stage_reads_what_an_earlier_version_took_in(
    change: Callable[[ClaimEvent], ClaimEvent],
) -> None:
    source = Source("claims.events", 0, 7)
    old = change(CLAIM)
    routed = encode_routed(RoutedClaim(old, source, content_digest(old)), _encode(old))
    assert outputs(processor(Stage.ENCOUNTER), routed, ms(PUBLISHED))
