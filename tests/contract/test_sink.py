"""The contract of `ports.Sink`, and what a read_committed reader sees."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import FatalClientError
from stream_edits.engine.ports import Output
from tests.contract.clusters import Cluster
from tests.contract.members import Member, answered, done, poll_until, writer
from tests.contract.sinks import committed, sink_topic
from tests.memory_kafka.murmur2 import partition_of

# Partitions by the Java client: Utils.toPositive(Utils.murmur2(key)) % 5.
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


def test_the_partition_is_that_of_a_java_producer(cluster: Cluster) -> None:
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


def test_an_abort_purges_and_the_producer_remains_usable(cluster: Cluster) -> None:
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


def test_begin_within_a_transaction_is_fatal(cluster: Cluster) -> None:
    sink = writer(cluster)
    sink.begin()
    with pytest.raises(FatalClientError):
        sink.begin()


def test_an_empty_transaction_commits_and_aborts(cluster: Cluster) -> None:
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
    sink.send_offsets(member.config.input_topic, None, {0: 1}, member.source.group_metadata())
    assert (cluster.read("log"), cluster.read("out")) == ([], [])
    done(sink.commit)
    assert (len(cluster.has("log", 2)), len(cluster.has("out", 1))) == (2, 1)
    poll_until([member], lambda: committed(member)[0] == 1)
