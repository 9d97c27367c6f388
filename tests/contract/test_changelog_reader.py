"""What `ports.ChangelogReader` promises."""

from __future__ import annotations

from stream_edits.engine.ports import ChangelogReader
from tests.contract.clusters import Cluster
from tests.contract.members import answered, done, writer


class Reading:
    """A reader and the records that it has delivered."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.topic = cluster.config().changelog_topic or ""
        self.reader: ChangelogReader = cluster.port.changelog_reader(cluster.config())
        self.records: list[tuple[int, bytes, bytes | None]] = []
        self.ends: dict[int, int] = {}
        self.read_to: dict[int, int] = {}

    def step(self) -> bool:
        chunk = self.reader.consume(100, 0.1)
        self.records += chunk.records
        for number in {record[0] for record in chunk.records}:
            self.ends.pop(number, None)
        self.ends.update(chunk.ends)
        self.read_to.update(chunk.read_to)
        return True

    def until_ends(self, *partitions: int) -> None:
        """Read until the visible end of each partition is known."""

        def ended() -> bool:
            self.step()
            return self.ends.keys() >= set(partitions)

        self.cluster.until(ended)

    def log_ends(self, *partitions: int) -> dict[int, int]:
        return answered(lambda: self.reader.end_offsets(list(partitions), 5.0))


def test_every_committed_record_is_delivered_in_order_and_then_the_end(cluster: Cluster) -> None:
    reading, sink = Reading(cluster), writer(cluster)
    for value in (b"1", b"2"):
        sink.begin()
        sink.produce_at(reading.topic, 0, [(b"k", value), (b"gone", None)])
        sink.produce_at(reading.topic, 2, [(b"__progress__", value)])
        done(sink.commit)
    cluster.has("log", 6)
    reading.reader.start([0, 1, 2])
    reading.until_ends(0, 1, 2)
    assert [r[1:] for r in reading.records if r[0] == 0] == [
        (b"k", b"1"),
        (b"gone", None),
        (b"k", b"2"),
        (b"gone", None),
    ]
    assert [r[1:] for r in reading.records if r[0] == 2] == [
        (b"__progress__", b"1"),
        (b"__progress__", b"2"),
    ]
    assert reading.read_to.keys() == {0, 2}
    for number in reading.read_to:
        marker = 1  # that ends the transaction
        assert reading.read_to[number] + marker == reading.ends[number]
    assert reading.ends == reading.log_ends(0, 1, 2)
    assert reading.ends == {0: 6, 1: 0, 2: 4}, "the markers count"
    reading.reader.close()


def test_the_visible_end_is_before_an_open_transaction_and_the_log_end_after(
    cluster: Cluster,
) -> None:
    reading, sink = Reading(cluster), writer(cluster)
    sink.begin()
    sink.produce_at(reading.topic, 0, [(b"k", b"1")])
    done(sink.commit)
    sink.begin()
    sink.produce_at(reading.topic, 0, [(b"k", b"2")])
    cluster.has("log", 1)
    cluster.until(lambda: reading.log_ends(0) == {0: 3})
    reading.reader.start([0])
    reading.until_ends(0)
    assert (reading.records, reading.ends) == ([(0, b"k", b"1")], {0: 2})
    done(sink.commit)
    reading.cluster.until(lambda: reading.step() and reading.ends.get(0) == 4)
    assert reading.records[1:] == [(0, b"k", b"2")]
    reading.reader.close()


def test_aborted_data_is_skipped(cluster: Cluster) -> None:
    reading, sink = Reading(cluster), writer(cluster)
    sink.begin()
    sink.produce_at(reading.topic, 0, [(b"k", b"never")] * 5)
    cluster.until(lambda: reading.log_ends(0) == {0: 5})
    done(sink.abort)
    reading.reader.start([0])
    cluster.until(lambda: reading.step() and reading.ends.get(0) == 6)
    assert reading.records == []
    reading.reader.close()


def test_each_start_reads_from_the_beginning(cluster: Cluster) -> None:
    reading, sink = Reading(cluster), writer(cluster)
    sink.begin()
    sink.produce_at(reading.topic, 0, [(b"k", b"%d" % n) for n in range(20)])
    done(sink.commit)
    cluster.has("log", 20)
    for _ in range(2):
        reading.records.clear()
        reading.ends.clear()
        reading.reader.start([0])
        reading.until_ends(0)
        assert [value for _, _, value in reading.records] == [b"%d" % n for n in range(20)]
    reading.reader.close()


def test_compaction_loses_no_last_value_and_no_offset(cluster: Cluster) -> None:
    sink, topic = writer(cluster), cluster.config().changelog_topic or ""
    for n in range(6):
        sink.begin()
        sink.produce_at(topic, 0, [(b"a", b"%d" % n), (b"b", None if n == 5 else b"x")])
        done(sink.commit)
    cluster.has("log", 12)
    end = Reading(cluster).log_ends(0)[0]
    cluster.compact_changelog(lambda: len(kept_of(cluster)) == 2)
    assert dict(kept_of(cluster)) == {b"a": b"5", b"b": None}
    reading = Reading(cluster)
    assert reading.log_ends(0)[0] >= end
    reading.reader.start([0])
    reading.until_ends(0)
    assert reading.ends == reading.log_ends(0)
    own = [(key, value) for _, key, value in reading.records if key in (b"a", b"b")]
    assert own == [(b"a", b"5"), (b"b", None)]
    reading.reader.close()


def kept_of(cluster: Cluster) -> list[tuple[bytes | None, bytes | None]]:
    """The records of this test's keys in the changelog."""
    return [(kept.key, kept.value) for kept in cluster.read("log") if kept.key in (b"a", b"b")]
