"""What `ports.Sink` promises, and what a read_committed reader sees of it."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import FatalClientError, RequiresAbort, Retriable
from stream_edits.engine.ports import Output, Sink
from tests.contract.clusters import Cluster
from tests.contract.members import Member, answered, done, poll_until, share_all, writer
from tests.memory_kafka.murmur2 import partition_of

# By the Java client: Utils.toPositive(Utils.murmur2(key)) % 5.
KEYS = [b"", b"a", b"ab", b"abc", b"abcd", b"abcde", b"M000123", b"\x00\xff\x80", b"9876543210"]


def test_only_what_is_committed_is_read_and_markers_leave_gaps(cluster: Cluster) -> None:
    sink = writer(cluster)
    topic = sink_topic(cluster, "in")
    sink.begin()
    sink.produce_at(topic, 0, [(b"k", b"1"), (b"k", b"2")])
    done(sink.commit)
    cluster.has("in", 2)
    sink.begin()
    sink.produce_at(topic, 0, [(b"k", b"never")])
    done(sink.abort)
    cluster.put(0, b"3")
    assert [kept.value for kept in cluster.has("in", 3)] == [b"1", b"2", b"3"]
    member = Member(cluster)
    member.until(lambda: len(member.records) == 3)
    offsets = [record.offset for record in member.records]
    assert offsets[:2] == [0, 1]
    assert offsets[2] >= 3, "markers take offsets too, and so does what was aborted"


def test_an_open_transaction_hides_what_comes_after_it(cluster: Cluster) -> None:
    sink = writer(cluster)
    reader = cluster.port.changelog_reader(cluster.config())
    sink.begin()
    sink.produce_at(sink_topic(cluster, "in"), 0, [(b"k", b"1")])
    sink.produce_at(sink_topic(cluster, "log"), 0, [(b"k", b"1")])
    cluster.until(lambda: answered(lambda: reader.end_offsets([0], 5.0))[0] > 0)
    cluster.put(0, b"2")
    cluster.put(1, b"other partition")
    member = Member(cluster)
    member.until(lambda: b"other partition" in member.values)
    for _ in range(5):
        member.poll()
    assert member.values == [b"other partition"]
    done(sink.commit)
    member.until(lambda: len(member.values) == 3)
    assert member.values[1:] == [b"1", b"2"]
    reader.close()


def test_the_partition_follows_from_the_key_as_for_java(cluster: Cluster) -> None:
    sink = writer(cluster)
    topic = sink_topic(cluster, "out")
    sink.begin()
    sink.produce(Output(topic, key, b"%d" % n) for n, key in enumerate(KEYS))
    sink.produce([Output(topic, None, b"anywhere")])
    done(sink.commit)
    found = {kept.key: kept.partition for kept in cluster.has("out", len(KEYS) + 1)}
    assert found.keys() == {*KEYS, None}
    assert {key: found[key] for key in KEYS} == {key: partition_of(key, 5) for key in KEYS}


def test_records_arrive_byte_for_byte_and_in_order(cluster: Cluster) -> None:
    sink = writer(cluster)
    headers = [("trace", b"\x00\xff"), ("none", None), ("same", b"1"), ("same", b""), ("é", b"2")]
    sink.begin()
    sink.produce(
        [
            Output(sink_topic(cluster, "dead"), b"k", b"\x00\xff", headers, about="not produced"),
            Output(sink_topic(cluster, "dead"), None, None, ()),
            Output(sink_topic(cluster, "dead"), b"", b"", ()),
        ]
    )
    sink.produce_at(sink_topic(cluster, "log"), 3, [(b"k", b"1"), (b"gone", None), (b"k", b"2")])
    done(sink.commit)
    dead = [(kept.key, kept.value, kept.headers) for kept in cluster.has("dead", 3)]
    assert dead == [(b"k", b"\x00\xff", headers), (None, None, []), (b"", b"", [])]
    log = [(kept.partition, kept.key, kept.value) for kept in cluster.has("log", 3)]
    assert log == [(3, b"k", b"1"), (3, b"gone", None), (3, b"k", b"2")]


def test_an_abort_purges_and_the_producer_lives_on(cluster: Cluster) -> None:
    sink = writer(cluster)
    topic = sink_topic(cluster, "out")
    for _ in range(3):
        sink.begin()
        sink.produce(Output(topic, b"%d" % n, b"never") for n in range(500))
        done(sink.abort)
    sink.begin()
    sink.produce([Output(topic, b"k", b"1")])
    done(sink.commit)
    assert [kept.value for kept in cluster.has("out", 1)] == [b"1"]


class TestOffsets:
    """Offsets are part of the transaction, and fenced by member and generation."""

    def test_they_are_committed_with_it_or_not_at_all(self, cluster: Cluster) -> None:
        member, sink = Member(cluster), writer(cluster)
        member.until(lambda: bool(member.owned))
        topic = member.config.input_topic
        assert committed(member) == {0: None, 1: None}
        sink.begin()
        sink.send_offsets(topic, {0: 7}, member.source.group_metadata())
        done(sink.abort)
        assert committed(member) == {0: None, 1: None}
        sink.begin()
        sink.send_offsets(topic, {0: 7, 1: 1}, member.source.group_metadata())
        sink.send_offsets(topic, {0: 8}, member.source.group_metadata())
        done(sink.commit)
        assert committed(member) == {0: 8, 1: 1}

    def test_while_they_are_open_there_is_no_stable_answer(self, cluster: Cluster) -> None:
        member, sink = Member(cluster), writer(cluster)
        member.until(lambda: bool(member.owned))
        sink.begin()
        sink.send_offsets(member.config.input_topic, {0: 7}, member.source.group_metadata())
        with pytest.raises(Retriable):
            member.source.committed([0], 1.0)
        done(sink.commit)
        assert committed(member) == {0: 7, 1: None}

    def test_an_older_generation_requires_an_abort(self, cluster: Cluster) -> None:
        member, sink = Member(cluster), writer(cluster)
        member.until(lambda: bool(member.owned))
        stale = member.source.group_metadata()
        other = Member(cluster)
        share_all([member, other])
        sink.begin()
        sink.produce([Output(sink_topic(cluster, "out"), b"k", b"never")])
        with pytest.raises(RequiresAbort):
            sink.send_offsets(member.config.input_topic, {0: 1}, stale)
        with pytest.raises(RequiresAbort):
            sink.commit()
        done(sink.abort)
        sink.begin()
        sink.produce([Output(sink_topic(cluster, "out"), b"k", b"1")])
        sink.send_offsets(member.config.input_topic, {0: 1}, member.source.group_metadata())
        done(sink.commit)
        assert [kept.value for kept in cluster.has("out", 1)] == [b"1"]
        assert committed(member)[0] == 1

    def test_a_member_that_left_requires_an_abort(self, cluster: Cluster) -> None:
        member, sink = Member(cluster), writer(cluster)
        member.until(lambda: bool(member.owned))
        other = Member(cluster)
        share_all([member, other])
        gone = other.source.group_metadata()
        other.source.close()
        share_all([member])
        sink.begin()
        with pytest.raises(RequiresAbort):
            sink.send_offsets(member.config.input_topic, {3: 1}, gone)
        done(sink.abort)


class TestFencing:
    """One transactional id, one producer; and what becomes of a predecessor's transaction."""

    def test_init_ends_what_a_predecessor_left_open_and_fences_it(self, cluster: Cluster) -> None:
        former = opened(cluster, "g-count-0")
        successor = writer(cluster, "g-count-0")
        successor.begin()
        successor.produce_at(sink_topic(cluster, "log"), 0, [(b"k", b"2")])
        done(successor.commit)
        assert [kept.value for kept in cluster.has("log", 1)] == [b"2"], "nothing hides it"
        with pytest.raises(FatalClientError):
            done(former.commit)
        with pytest.raises(FatalClientError):
            former.begin()
        successor.begin()
        done(successor.commit)

    def test_a_successor_of_another_id_leaves_it_open(self, cluster: Cluster) -> None:
        """Why the id is stable: this is what a random one does to every reader."""
        former = opened(cluster, "g-count-0")
        successor = writer(cluster, "g-count-7f3a")
        successor.begin()
        successor.produce_at(sink_topic(cluster, "log"), 0, [(b"k", b"2")])
        done(successor.commit)
        assert cluster.read("log") == [], "hidden behind the dead one's transaction"
        done(former.abort)
        cluster.until(lambda: [kept.value for kept in cluster.read("log")] == [b"2"])

    def test_a_transaction_that_timed_out_is_fatal(self, cluster: Cluster) -> None:
        sink = opened(cluster, transaction_timeout_ms=1000, message_timeout_ms=900)
        cluster.time_out(sink)
        with pytest.raises(FatalClientError):
            done(sink.commit)
        assert cluster.read("log") == []

    def test_closing_leaves_the_transaction_to_the_broker(self, cluster: Cluster) -> None:
        sink = opened(cluster)
        sink.close()
        assert cluster.read("log") == []
        writer(cluster)
        assert cluster.read("log") == []


def test_begin_within_a_transaction_is_fatal(cluster: Cluster) -> None:
    sink = writer(cluster)
    sink.begin()
    with pytest.raises(FatalClientError):
        sink.begin()


def test_a_transaction_with_nothing_in_it_commits_and_aborts(cluster: Cluster) -> None:
    sink = writer(cluster)
    for end in (sink.commit, sink.abort):
        sink.begin()
        done(end)
    assert cluster.read("out") == []


def test_outputs_state_and_offsets_appear_together(cluster: Cluster) -> None:
    member, sink = Member(cluster), writer(cluster)
    cluster.put(0, b"1")
    member.until(lambda: bool(member.records))
    sink.begin()
    sink.produce_at(sink_topic(cluster, "log"), 0, [(b"k", b"1"), (b"__progress__", b"1")])
    sink.produce([Output(sink_topic(cluster, "out"), b"k", b"decided")])
    sink.send_offsets(member.config.input_topic, {0: 1}, member.source.group_metadata())
    assert (cluster.read("log"), cluster.read("out")) == ([], [])
    done(sink.commit)
    assert (len(cluster.has("log", 2)), len(cluster.has("out", 1))) == (2, 1)
    poll_until([member], lambda: committed(member)[0] == 1)


def sink_topic(cluster: Cluster, topic: str) -> str:
    """The name that a topic has in this test."""
    settings = cluster.config()
    named = {
        "in": settings.input_topic,
        "log": settings.changelog_topic or "",
        "dead": settings.dead_letter_topic,
    }
    return named.get(topic, settings.dead_letter_topic.replace("dead", topic))


def opened(cluster: Cluster, name: str = "g-count-0", **changes: int) -> Sink:
    """A producer whose open transaction has reached the changelog."""
    sink = writer(cluster, name, **changes)
    reader = cluster.port.changelog_reader(cluster.config())
    sink.begin()
    sink.produce_at(sink_topic(cluster, "log"), 0, [(b"k", b"1")])
    cluster.until(lambda: answered(lambda: reader.end_offsets([0], 5.0))[0] > 0)
    reader.close()
    return sink


def committed(member: Member) -> dict[int, int | None]:
    """The committed offsets of the first two partitions."""
    return answered(lambda: member.source.committed([0, 1], 5.0))
