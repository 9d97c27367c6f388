"""Dead letters that cannot be sent back: each stays with a reason, and the others go."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from stream_edits.engine.dead_letters.headers import REDRIVE_COUNT
from stream_edits.engine.errors import EngineStopped, RequiresAbort
from stream_edits.engine.ports import Limits, Record, TopicSettings
from stream_edits.engine.redrive import RedrivenLetters, letter_of, redrive
from stream_edits.engine.sizes import record_bytes
from tests.engine.harness import Cluster
from tests.engine.test_redrive import OWN, letters, producer, reading, with_letters
from tests.memory_kafka.calls import LIMITS
from tests.memory_kafka.sink import MemorySink


def with_values(*values: bytes) -> Cluster:
    """A broker whose dead letters have these values, all of one stage."""
    broker = with_letters(len(values))
    log = broker.logs["dead", 0]
    for offset, value in zip([r.offset for r in letters(broker)], values, strict=True):
        entry = log.entries[offset]
        assert entry is not None
        log.entries[offset] = entry._replace(value=value)
    return broker


def refusing(
    monkeypatch: pytest.MonkeyPatch, word: bytes, code: str = "MSG_SIZE_TOO_LARGE"
) -> None:
    """The brokers refuse the transactions with a value that has this word."""
    commit = MemorySink.commit

    def picky(sink: MemorySink) -> None:
        entries = sink.txn.entries if sink.txn is not None else []
        if any(word in (entry.value or b"") for _, entry in entries):
            sink.failed = code
            raise RequiresAbort(code)
        commit(sink)

    monkeypatch.setattr(MemorySink, "commit", picky)


def run(
    broker: Cluster,
    read: Callable[[str, int, int], Record | None] | None = None,
    limits: Limits = LIMITS,
) -> list[RedrivenLetters]:
    """Redrive all letters, five in a transaction."""
    found = letters(broker)
    places = {(record.partition, record.offset) for record in found}
    read = read or reading(broker)
    return list(redrive(found, places, "redriven", producer(broker), 5, read, limits))


def left(outcomes: list[RedrivenLetters]) -> dict[tuple[int, int], str]:
    """Why each letter stays, by place."""
    return {place: why for outcome in outcomes for place, why in outcome.left.items()}


@pytest.mark.parametrize("at", range(5))
def test_one_that_its_topic_refuses_stays_and_the_others_go(
    monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    values = [b"bad", b"bad", b"bad", b"bad"]
    values.insert(at, b"huge")
    broker = with_values(*values)
    refusing(monkeypatch, b"huge")
    outcomes = run(broker)
    place = (0, letters(broker)[at].offset)
    assert list(left(outcomes)) == [place]
    assert "MSG_SIZE_TOO_LARGE" in left(outcomes)[place]
    assert "max.message.bytes and cleanup.policy of in" in left(outcomes)[place]
    assert [record.value for record in broker.visible("in")[5:]] == [b"bad"] * 4
    assert len(broker.visible("redriven")) == 4
    assert sorted(p for outcome in outcomes for p in outcome.sent) == sorted(
        {(0, record.offset) for record in letters(broker)} - {place}
    )


def test_two_in_one_batch_are_both_found(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = with_values(b"huge", b"bad", b"bad", b"huge", b"bad")
    refusing(monkeypatch, b"huge", "INVALID_RECORD")
    outcomes = run(broker)
    assert len(left(outcomes)) == 2
    assert len(broker.visible("redriven")) == 3


def test_what_follows_a_refusal_blames_no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """As librdkafka does: the transaction after a refused record fails, and the next does not."""
    broker = with_values(b"bad", b"huge", b"bad")
    refusing(monkeypatch, b"huge")
    commit, failing = MemorySink.commit, [False]

    def following(sink: MemorySink) -> None:
        if failing.pop():
            failing.append(False)
            sink.failed = "OUT_OF_ORDER_SEQUENCE_NUMBER"
            raise RequiresAbort(sink.failed)
        failing.append(True)
        commit(sink)
        failing[0] = False

    monkeypatch.setattr(MemorySink, "commit", following)
    assert len(left(run(broker))) == 1
    assert len(broker.visible("redriven")) == 2


@pytest.mark.parametrize(("spare", "stays"), [(0, False), (-1, True)])
def test_one_that_the_count_makes_too_large_is_not_sent(spare: int, stays: bool) -> None:
    broker = with_values(b"bad", b"v" * 500, b"bad")
    headers = [*OWN, (REDRIVE_COUNT, b"1")]
    room = record_bytes(b"key-1", b"v" * 500, headers) + spare
    limits = Limits(1_048_588, {"in": TopicSettings("delete", room)})
    broker.calls.clear()
    outcomes = run(broker, limits=limits)
    assert broker.names().count("commit") == 1
    assert len(broker.visible("redriven")) == 3 - stays
    why = left(outcomes).get((0, letters(broker)[1].offset), "")
    assert (f"may take {room + 1} bytes with its count, and in takes {room}" in why) is stays


def test_another_abort_blames_no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = with_values(b"bad", b"slow", b"bad")
    refusing(monkeypatch, b"slow", "_MSG_TIMED_OUT")
    with pytest.raises(EngineStopped, match=r"3 dead letters from 0/0 on, to in, .*are slow"):
        run(broker)
    assert broker.visible("redriven") == []


def as_references(broker: Cluster) -> None:
    """Make references of all letters: their values stay in their topics."""
    log = broker.logs["dead", 0]
    for record in letters(broker):
        value = record.value or b""
        headers = [
            *record.headers,
            ("source.value.bytes", b"%d" % len(value)),
            ("source.value.sha256", sha256(value).hexdigest().encode()),
        ]
        entry = log.entries[record.offset]
        assert entry is not None
        log.entries[record.offset] = entry._replace(value=None, headers=headers)


def test_a_reference_whose_record_is_gone_stays_and_the_others_go() -> None:
    broker = with_letters(3)
    as_references(broker)

    def read(topic: str, partition: int, offset: int) -> Record | None:
        return None if offset == 1 else reading(broker)(topic, partition, offset)

    outcomes = run(broker, read)
    ((place, why),) = left(outcomes).items()
    assert place == (0, letters(broker)[1].offset)
    assert why == "is a reference, and its record is no longer at in/0 offset 1"
    assert [record.key for record in broker.visible("in")[3:]] == [b"key-0", b"key-2"]


def test_a_reference_to_another_record_than_its_own_stays() -> None:
    """The topic was deleted and created again: the offset has another record."""
    broker = with_letters(2)
    as_references(broker)

    def read(topic: str, partition: int, offset: int) -> Record | None:
        found = reading(broker)(topic, partition, offset)
        return found._replace(value=b"another") if found is not None and offset == 0 else found

    assert len(left(run(broker, read))) == 1
    assert [record.value for record in broker.visible("in")[2:]] == [b"bad"]


def test_the_records_of_references_count_for_the_size_of_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stream_edits.engine.redrive._MOST_BYTES", 2 * len(b"bad"))
    broker = with_letters(5)
    as_references(broker)
    assert [len(outcome.sent) for outcome in run(broker)] == [2, 2, 1]


def test_a_record_that_no_stage_has_written_stays() -> None:
    broker = with_letters(2)
    first, second = letters(broker)
    assert letter_of(first) is not None
    found = [first._replace(headers=()), second]
    places = {(record.partition, record.offset) for record in found}
    read = reading(broker)
    outcomes = list(redrive(found, places, "redriven", producer(broker), 5, read, LIMITS))
    assert left(outcomes) == {(0, first.offset): "was not written by a stage"}
    assert len(broker.visible("redriven")) == 1
