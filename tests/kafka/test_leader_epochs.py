"""Offsets are committed with the leader epoch of the record before them, and compared with it."""

import time
from collections.abc import Collection

import pytest
from confluent_kafka import Consumer, TopicPartition

from stream_edits.engine.errors import LostOffset
from tests.contract.members import Member, done, share_all, writer
from tests.contract.real import Real

pytestmark = [pytest.mark.timeout(120), pytest.mark.kafka]

# The log of a topic that was just created has only records of epoch 0.
NOW, LATER = 0, 99


@pytest.fixture
def cluster(broker: str) -> Real:
    """A topic with four records in partition 0, and one in partition 1."""
    cluster = Real(broker)
    for number in range(4):
        cluster.put(0, b"%d" % number)
    cluster.put(1, b"other")
    return cluster


class Paused(Member):
    """A member that begins with all partitions paused, like a stage that restores its state."""

    def on_assign(self, partitions: Collection[int]) -> None:
        super().on_assign(partitions)
        self.source.pause(list(partitions))

    def go_on(self) -> None:
        """Resume everything, some polls later."""
        for _ in range(10):
            self.poll()
        assert self.records == []
        self.source.resume(list(self.owned))


def client(cluster: Real) -> Consumer:
    config = cluster.config()
    return Consumer({**config.kafka, "group.id": config.group_id})


def commit(cluster: Real, offset: int, epoch: int | None) -> None:
    """Commit an offset of partition 0 from outside the group."""
    topic, consumer = cluster.config().input_topic, client(cluster)
    place = (
        TopicPartition(topic, 0, offset)
        if epoch is None
        else TopicPartition(topic, 0, offset, "", epoch)
    )
    consumer.commit(offsets=[place], asynchronous=False)
    consumer.close()


def committed(cluster: Real, partitions: Collection[int]) -> dict[int, tuple[int, int | None]]:
    """The committed offsets and their epochs."""
    topic, consumer = cluster.config().input_topic, client(cluster)
    places = consumer.committed([TopicPartition(topic, number) for number in partitions], 10.0)
    consumer.close()
    return {place.partition: (place.offset, place.leader_epoch) for place in places}


def test_the_epoch_of_the_record_before_an_offset_is_committed(cluster: Real) -> None:
    member, sink = Member(cluster), writer(cluster)
    share_all([member])
    member.until(lambda: len(member.records) == 5)
    sink.begin()
    # Nobody has read partition 2, nor what is before offset 7 of partition 1.
    offsets = {0: 3, 1: 7, 2: 1}
    topic = member.config.input_topic
    sink.send_offsets(topic, None, offsets, member.source.group_metadata())
    done(sink.commit)
    member.source.close()
    cluster.until(lambda: committed(cluster, [0])[0][0] == 3)
    assert committed(cluster, offsets) == {0: (3, NOW), 1: (7, None), 2: (1, None)}


@pytest.mark.parametrize("epoch", [NOW, None])
@pytest.mark.parametrize("kind", [Member, Paused])
def test_an_offset_in_the_log_is_read_on_from(
    cluster: Real, epoch: int | None, kind: type[Member]
) -> None:
    """Also one without an epoch, as earlier versions have committed them."""
    commit(cluster, 2, epoch)
    member = kind(cluster)
    share_all([member])
    if isinstance(member, Paused):
        member.go_on()
    member.until(lambda: len(member.records) >= 3)
    assert sorted(member.values, key=str) == [b"2", b"3", b"other"]
    member.source.close()


@pytest.mark.parametrize("kind", [Member, Paused])
def test_an_offset_whose_record_is_not_in_the_log_is_lost(
    cluster: Real, kind: type[Member]
) -> None:
    commit(cluster, 2, LATER)
    member = kind(cluster)
    with pytest.raises(LostOffset):  # noqa: PT012
        share_all([member])
        if isinstance(member, Paused):
            member.go_on()
        member.until(lambda: b"2" in member.values)
    assert [value for value in member.values if value != b"other"] == []


def test_a_pause_does_not_hide_that_an_offset_is_lost(cluster: Real) -> None:
    """A stage pauses all partitions while it holds the rest of a batch."""
    commit(cluster, 2, LATER)
    member = Member(cluster)
    with pytest.raises(LostOffset):  # noqa: PT012
        while not member.owned:
            member.poll()
        # The client has its answer now, and has not been asked for it.
        time.sleep(2.0)
        member.source.pause(list(member.owned))
        member.source.resume(list(member.owned))
        member.until(lambda: b"2" in member.values)


def test_the_epoch_counts_only_at_its_own_offset(cluster: Real) -> None:
    """The offset of a topic that was created again is read from elsewhere."""
    commit(cluster, 2, LATER)
    member = Member(cluster, at={0: 1})
    share_all([member])
    member.until(lambda: len(member.records) >= 4)
    assert sorted(member.values, key=str) == [b"1", b"2", b"3", b"other"]
    member.source.close()


def test_a_seek_back_over_records_that_were_read(cluster: Real) -> None:
    commit(cluster, 2, NOW)
    member = Member(cluster)
    share_all([member])
    member.until(lambda: len(member.records) >= 3)
    member.records.clear()
    member.source.seek({0: 3, 1: 0})
    member.until(lambda: len(member.records) >= 2)
    assert sorted(member.values, key=str) == [b"3", b"other"]
    member.source.close()
