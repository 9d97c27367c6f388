"""Claims and reviews of their topics in one order, without Kafka."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.commands.records import topic_records as module
from stream_edits.commands.records.topic_events import topic_events
from stream_edits.commands.records.topic_records import place_of
from stream_edits.domain.decision import Source
from stream_edits.engine.ports import Record
from stream_edits.settings import Settings
from tests.build import claim, line

_TOPICS = Settings().topics
_VALUE = claim_encoder(schema_of(CLAIM_EVENT).id)(claim("C1", line("96365")))
_DAY_MS = 24 * 60 * 60 * 1000
_NOW_MS = 20_500 * _DAY_MS

# Partition, offset, timestamp (-1: none), value.
_CLAIMS = [
    (0, 0, _NOW_MS, _VALUE),
    (0, 1, _NOW_MS - 5, _VALUE),
    (1, 0, -1, _VALUE),
    (1, 1, _NOW_MS - 2 * _DAY_MS, b"no claim"),
    (1, 2, _NOW_MS + 1, _VALUE),
]


@pytest.fixture(autouse=True)
def _topics(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_topic(_: object, topic: str, *__: object) -> Iterator[Record]:
        for partition, offset, at_ms, value in _CLAIMS if topic == _TOPICS.events else []:
            yield Record(topic, partition, offset, b"M1", value, (), at_ms)

    monkeypatch.setattr(module, "read_topic", read_topic)


def _read(since: datetime | None) -> tuple[list[tuple[str, bool]], list[str]]:
    reported: list[str] = []

    def report(source: Source, error_class: str, message: str) -> None:
        reported.append(f"{place_of(source)}: {error_class}")

    found = topic_events(Settings(), since, report)
    places = [(f"{x.partition}/{x.offset}", event is not None) for x, event in found]
    return places, reported


def test_every_record_comes_also_one_without_a_time() -> None:
    places, reported = _read(None)
    assert places == [("1/0", True), ("1/1", False), ("0/0", True), ("0/1", True), ("1/2", True)]
    assert reported == ["claims.events/1/1: NotConfluentFraming"]


def test_records_before_a_time_are_left_out() -> None:
    places, reported = _read(datetime.fromtimestamp(_NOW_MS / 1000, UTC))
    assert places == [("0/0", True), ("1/2", True)]
    assert reported == []


def test_each_time_is_compared_with_that_of_its_own_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A record without one is from now, whatever the record before it says."""
    long_ago, far_ms = 1_000 * _DAY_MS, 200_000 * _DAY_MS
    records = [(0, 0, long_ago, b"no claim"), (0, 1, -1, _VALUE), (0, 2, far_ms, b"no claim")]
    records.append((0, 3, long_ago, _VALUE))
    monkeypatch.setattr(f"{__name__}._CLAIMS", records)
    places, reported = _read(None)
    assert places == [("0/0", False), ("0/1", True), ("0/2", False), ("0/3", False)]
    assert reported[-1] == "claims.events/0/3: ContractViolation"
