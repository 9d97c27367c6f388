"""Redriving dead letters on the in-memory broker, with aborts, faults and a second redrive."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stream_edits.engine.clock import SystemClock
from stream_edits.engine.dead_letters.dead_letter import original
from stream_edits.engine.dead_letters.headers import ERROR_CLASS, REDRIVE_COUNT
from stream_edits.engine.errors import EngineStopped, FatalClientError, RequiresAbort
from stream_edits.engine.ports import Headers, Record
from stream_edits.engine.redrive import RedrivenLetters, letter_of, redrive
from stream_edits.engine.transaction import Transactions
from tests.engine.harness import Cluster, Stage, cluster, config
from tests.memory_kafka.calls import LIMITS, InterceptedPort

OWN: Headers = [("x", b"1"), (ERROR_CLASS, b"the publisher's"), ("none", None)]


def with_letters(count: int = 1) -> Cluster:
    """A broker with this many dead letters of the stage `count`, and an empty topic of markers."""
    broker = cluster(1)
    broker.create("redriven", 1)
    for number in range(count):
        broker.put("in", 0, b"key-%d" % number, b"bad", OWN)
    live(broker)
    assert len(broker.visible("dead")) == count
    return broker


def live(broker: Cluster) -> None:
    """Run the stage until it has processed everything."""
    stage = Stage(broker).start()
    stage.run_rounds(3)
    stage.runner.close()


def letters(broker: Cluster) -> list[Record]:
    """The records of the dead-letter topic."""
    return [
        Record("dead", 0, offset, e.key, e.value, e.headers, e.timestamp_ms)
        for offset, e in broker.logs["dead", 0].visible()
    ]


def producer(broker: Cluster) -> Transactions:
    settings = config(transactional_id="g-redrive")
    port = InterceptedPort(broker, broker)
    made = Transactions(settings, lambda: port.sink(settings), SystemClock(), lambda: None)
    made.init(lambda: False)
    return made


def reading(broker: Cluster) -> Callable[[str, int, int], Record | None]:
    """What reads one record of a topic."""

    def read(topic: str, partition: int, offset: int) -> Record | None:
        entries = broker.logs[topic, partition].entries
        entry = entries[offset] if offset < len(entries) else None
        return Record(topic, partition, offset, *entry[:4]) if entry is not None else None

    return read


def test_large_letters_go_back_in_smaller_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream_edits.engine.redrive._MOST_BYTES", 2 * len(b"bad"))
    broker = with_letters(5)
    places = {(letter.partition, letter.offset) for letter in letters(broker)}
    sending = producer(broker)
    done = redrive(letters(broker), places, "redriven", sending, 1000, reading(broker), LIMITS)
    assert [len(outcome.sent) for outcome in done] == [2, 2, 1]


def give_back(broker: Cluster, transactions: Transactions | None = None) -> list[int]:
    """Redrive the letters without a marker, two in a transaction."""
    transactions = transactions or producer(broker)
    marked = {output.key for output in broker.visible("redriven")}
    found = [(record, letter_of(record)) for record in letters(broker)]
    waiting = {letter.place for _, letter in found if letter and letter.marker not in marked}
    read = reading(broker)
    run = redrive(letters(broker), waiting, "redriven", transactions, 2, read, LIMITS)
    return [len(outcome.sent) for outcome in run]


def test_a_redriven_record_is_unchanged_and_counts_its_redrives() -> None:
    broker = with_letters()
    for redrives in (1, 2, 3):
        assert give_back(broker) == [1]
        back = broker.visible("in")[redrives]
        assert (back.key, back.value) == (b"key-0", b"bad")
        assert list(back.headers) == [*OWN, (REDRIVE_COUNT, b"%d" % redrives)]
        live(broker)
        died = broker.visible("dead")[redrives]
        assert list(died.headers[:3]) == OWN
        assert len(died.headers) == 12
        assert dict(died.headers[3:])[REDRIVE_COUNT] == b"%d" % redrives


def test_a_redriven_letter_is_not_redriven_again() -> None:
    broker = with_letters(5)
    assert give_back(broker) == [2, 2, 1]
    assert give_back(broker) == []
    assert len(broker.visible("in")) == 10
    assert len({output.key for output in broker.visible("redriven")}) == 5


def test_an_aborted_transaction_leaves_its_letters_unchanged() -> None:
    broker = with_letters(5)
    broker.fail("produce", RequiresAbort("_MSG_TIMED_OUT"))
    with pytest.raises(EngineStopped, match=r"2 dead letters from 0/0 on, to in,.*_MSG_TIMED_OUT"):
        give_back(broker)
    assert len(broker.visible("in")) == 5
    assert broker.visible("redriven") == []
    assert give_back(broker) == [2, 2, 1]
    assert len(broker.visible("in")) == 10


def test_a_second_redrive_fences_the_first_and_takes_what_it_left() -> None:
    broker = with_letters(5)
    first = producer(broker)
    waiting = {(r.partition, r.offset) for r in letters(broker)}
    run = redrive(letters(broker), waiting, "redriven", first, 2, reading(broker), LIMITS)
    assert next(run) == RedrivenLetters([(0, 0), (0, 1)])
    assert give_back(broker) == [2, 1]
    with pytest.raises(FatalClientError):
        next(run)
    assert len(broker.visible("in")) == 10
    assert len(broker.visible("redriven")) == 5


def test_the_marker_of_a_letter_includes_its_time() -> None:
    """Its topic may be deleted and created again: old markers must not hide new letters."""
    broker = with_letters(1)
    assert give_back(broker) == [1]
    broker.recreate("dead")
    broker.recreate("known")
    live(broker)
    assert [record.offset for record in letters(broker)] == [0]
    assert give_back(broker) == [1]


@pytest.mark.parametrize(
    ("headers", "own", "redrives"),
    [
        ((), 0, 0),
        ([(REDRIVE_COUNT, b"2")], 0, 2),
        ([("a", b"1"), (REDRIVE_COUNT, b"2")], 1, 2),
        ([(REDRIVE_COUNT, b"2"), ("a", b"1")], 2, 0),
        ([(REDRIVE_COUNT, b"many")], 1, 0),
        ([(REDRIVE_COUNT, None)], 1, 0),
        ([(REDRIVE_COUNT, b"-1")], 1, 0),
        ([(REDRIVE_COUNT, b"9" * 5000)], 1, 0),
        ([(ERROR_CLASS, b"x"), (REDRIVE_COUNT, b"1")], 1, 1),
    ],
)
def test_only_the_engines_headers_are_removed(headers: Headers, own: int, redrives: int) -> None:
    assert original(headers) == (headers[:own], redrives)


def test_a_record_that_no_stage_has_written_is_not_a_letter() -> None:
    broker = with_letters()
    (record,) = letters(broker)
    headers = list(record.headers)
    assert letter_of(record) is not None
    for change in (
        headers[:-1],
        [*headers, ("x", b"1")],
        [*headers[:-1], (REDRIVE_COUNT, b"x")],
        [*headers[:-9], (ERROR_CLASS, b"\xff"), *headers[-8:]],
        [],
    ):
        assert letter_of(record._replace(headers=change)) is None
