"""Dead letters that do not fit, and records that the brokers refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest

from stream_edits.engine.dead_letters.dead_letter import (
    DeadLetterReason,
    dead_letter,
    is_dead_letter,
    is_reference,
    original,
)
from stream_edits.engine.dead_letters.headers import ERROR_CLASS, ERROR_MESSAGE
from stream_edits.engine.errors import EngineStopped, RequiresAbort
from stream_edits.engine.ports import UNREADABLE_HEADERS, Headers, Record
from stream_edits.engine.redrive import letter_of
from stream_edits.engine.sizes import record_bytes
from tests.engine.harness import Cluster, Stage, cluster, config, outputs
from tests.memory_kafka.sink import MemorySink

REASON = DeadLetterReason("BadFrame", "no magic byte")
OWN: Headers = [("x", b"1"), ("source.value.bytes", b"7"), ("source.value.sha256", b"00")]


def record(
    key: bytes | None = b"k", value: bytes | None = b"v" * 500, own: Headers = OWN
) -> Record:
    return Record("in", 3, 17, key, value, own, 5)


def letter(limit: int, of: Record) -> Record:
    made = dead_letter(of, REASON, config(), limit)
    return Record("dead", 0, 0, made.key, made.value, made.headers, 9)


def full_size(of: Record) -> int:
    made = dead_letter(of, REASON, config(), 10**9)
    return record_bytes(made.key, made.value, made.headers)


def test_the_last_byte_that_fits_and_the_first_that_does_not() -> None:
    size = full_size(record())
    assert letter(size, record()).value == record().value
    assert letter(size - 1, record()).value is None


def test_a_reference_keeps_key_and_headers_and_names_the_value() -> None:
    made = letter(full_size(record()) - 1, record())
    assert (made.key, made.value) == (b"k", None)
    assert is_dead_letter(made.headers)
    assert is_reference(made.headers)
    assert list(original(made.headers).headers) == list(OWN)
    known = letter_of(made)
    assert known is not None
    assert known.reference == (500, hashlib.sha256(b"v" * 500).hexdigest())
    assert (known.source_topic, known.source_partition, known.source_offset) == ("in", 3, 17)


def test_a_dead_letter_of_a_record_with_such_headers_is_not_a_reference() -> None:
    made = letter(10**6, record(value=None))
    assert not is_reference(made.headers)
    assert list(original(made.headers).headers) == list(OWN)


@pytest.mark.parametrize(
    ("of", "key"),
    [(record(own=[("x", b"h" * 5000)]), b"k"), (record(key=b"k" * 5000, own=[]), None)],
)
def test_headers_and_key_are_left_out_if_they_do_not_fit(of: Record, key: bytes | None) -> None:
    made = letter(2000, of)
    assert made.key == key
    assert list(original(made.headers).headers) == []
    assert record_bytes(made.key, made.value, made.headers) <= 2000


def test_headers_that_cannot_be_read_are_mentioned() -> None:
    made = dead_letter(record(own=UNREADABLE_HEADERS), REASON, config(), 10**6)
    assert b"not UTF-8" in (dict(made.headers)[ERROR_MESSAGE] or b"")
    made = dead_letter(record(own=()), REASON, config(), 10**6)
    assert dict(made.headers)[ERROR_MESSAGE] == b"no magic byte"


class Picky:
    """A broker that refuses transactions with a record that `refuses` is true of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, word: bytes) -> None:
        self.word = word
        commit = MemorySink.commit

        def picky(sink: MemorySink) -> None:
            entries = sink.txn.entries if sink.txn is not None else []
            if any(self.refuses(place[0], entry.value) for place, entry in entries):
                sink.failed = "MSG_SIZE_TOO_LARGE"
                raise RequiresAbort("MSG_SIZE_TOO_LARGE")
            commit(sink)

        monkeypatch.setattr(MemorySink, "commit", picky)
        self.of: set[str] = {"out"}

    def refuses(self, topic: str, value: bytes | None) -> bool:
        return topic in self.of and value is not None and self.word in value


def fed(values: Iterable[bytes]) -> Cluster:
    broker = cluster(1)
    for value in values:
        broker.put("in", 0, b"k", value)
    return broker


VALUES = [b"1", b"2", b"poison", b"3", b"4"]


def test_the_record_that_the_brokers_refuse_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    Picky(monkeypatch, b"poison")
    broker = fed(VALUES)
    stage = Stage(broker).start()
    stage.run_rounds(20)
    assert outputs(broker) == [b"1:1", b"2:2", b"3:3", b"4:4"]
    (dead,) = broker.visible("dead")
    assert dead.value == b"poison"
    assert dict(dead.headers)[ERROR_CLASS] == b"RefusedByBrokers"
    assert broker.groups["g"].committed == {0: 5}
    broker.put("in", 0, b"k", b"5")
    broker.put("in", 0, b"k", b"6")
    broker.calls.clear()
    stage.run_rounds(1)
    assert broker.names().count("commit") == 1, "later events come together again"


def test_a_refused_dead_letter_becomes_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    Picky(monkeypatch, b"poison").of = {"out", "dead"}
    broker = fed(VALUES)
    Stage(broker).start().run_rounds(20)
    assert len(outputs(broker)) == 4
    (dead,) = broker.visible("dead")
    assert is_reference(dead.headers)
    assert broker.groups["g"].committed == {0: 5}


def test_a_stop_names_the_record_when_even_the_reference_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picky = Picky(monkeypatch, b"poison")
    monkeypatch.setattr(
        picky, "refuses", lambda topic, value: topic == "dead" or value == b"poison:3"
    )
    stage = Stage(fed(VALUES)).start()
    with pytest.raises(EngineStopped, match=r"dead letter of in/0 at offset 2"):
        stage.run_rounds(20)


def test_one_refusal_of_a_single_event_makes_no_dead_letter() -> None:
    broker = fed([b"1"])
    broker.fail("commit", RequiresAbort("MSG_SIZE_TOO_LARGE"))
    Stage(broker).start().run_rounds(4)
    assert broker.visible("dead") == []
    assert outputs(broker) == [b"1:1"]


def test_another_abort_blames_no_record() -> None:
    broker = fed(VALUES)
    broker.fail("commit", RequiresAbort("_STATE"), times=3)
    Stage(broker).start().run_rounds(10)
    assert broker.visible("dead") == []
    assert len(outputs(broker)) == 5


def test_the_producer_is_renewed_when_the_brokers_have_forgotten_it() -> None:
    broker = fed(VALUES)
    broker.fail("send_offsets", RequiresAbort("INVALID_PRODUCER_ID_MAPPING"))
    stage = Stage(broker).start()
    broker.calls.clear()
    stage.run_rounds(3)
    names = broker.names()
    assert "abort" not in names, "there is nothing to abort"
    assert names.count("init") == 1
    assert len(outputs(broker)) == 5
