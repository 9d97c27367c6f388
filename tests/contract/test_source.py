"""The contract of `ports.Source`: membership, positions, and offsets that are gone."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import FatalClientError, LostOffset, RequiresAbort
from tests.contract.clusters import Cluster
from tests.contract.members import (
    IMPATIENT,
    Member,
    answered,
    done,
    poll_until,
    share_all,
    writer,
)


def test_partitions_are_reassigned_when_members_join_and_leave(cluster: Cluster) -> None:
    first = Member(cluster)
    first.until(lambda: first.owned == {0, 1, 2, 3})
    assert first.callbacks == ["assigned"]
    second = Member(cluster)
    share_all([first, second])
    assert first.callbacks == ["assigned", "revoked", "assigned"]
    assert second.callbacks == ["assigned"]
    assert sorted(map(sorted, (first.owned, second.owned))) == [[0, 1], [2, 3]], "ranges"
    second.source.close()
    assert second.callbacks == ["assigned", "revoked"]
    first.until(lambda: first.owned == {0, 1, 2, 3})
    assert "lost" not in first.callbacks


def test_a_member_without_a_partition_is_assigned_none(cluster: Cluster) -> None:
    members = [Member(cluster) for _ in range(5)]

    def shared() -> bool:
        owned = sorted(number for member in members for number in member.owned)
        return owned == [0, 1, 2, 3] and all(m.callbacks[-1:] == ["assigned"] for m in members)

    poll_until(members, shared)
    assert sorted(len(member.owned) for member in members) == [0, 1, 1, 1, 1]


def test_a_member_that_joins_as_a_new_one_gives_up_its_partitions_and_is_assigned_some(
    cluster: Cluster,
) -> None:
    first, second = Member(cluster), Member(cluster, transactional_id="g-count-1")
    share_all([first, second])
    cluster.put(0, b"0")
    first.source.join_as_new_member(first)
    assert first.callbacks[-1] == "revoked"
    share_all([first, second])
    poll_until([first, second], lambda: first.values + second.values == [b"0"])


def test_a_member_whose_session_timed_out_has_lost_its_partitions(cluster: Cluster) -> None:
    member, sink = Member(cluster, **IMPATIENT), writer(cluster)
    member.until(lambda: bool(member.owned))
    before = member.source.group_metadata()
    cluster.evict(member.source)
    sink.begin()
    with pytest.raises(RequiresAbort):
        sink.send_offsets(member.config.input_topic, None, {0: 1}, before)
    done(sink.abort)
    member.until(lambda: "lost" in member.callbacks)
    assert "revoked" not in member.callbacks
    member.until(lambda: member.owned == {0, 1, 2, 3})
    assert member.callbacks[-2:] == ["lost", "assigned"], "it joins again by itself"


def test_an_assignment_ends_a_pause_of_the_assignment_before(cluster: Cluster) -> None:
    for number in range(4):
        cluster.put(0, b"%d" % number)
        cluster.put(3, b"%d" % number)
    starts = {0: 2, 3: 2}
    first = Member(cluster, starts)
    first.until(lambda: len(first.records) == 4 and first.owned == {0, 1, 2, 3})
    first.source.pause([0, 1, 2, 3])
    first.records.clear()
    second = Member(cluster, starts, transactional_id="g-count-1")
    share_all([first, second])
    for number in range(4):
        cluster.put(number, b"new")
    poll_until([first, second], lambda: len(first.records + second.records) == 8)
    for partition, expected in ((0, [2, 3, 4]), (1, [0]), (2, [0]), (3, [2, 3, 4])):
        read = [r.offset for r in first.records + second.records if r.partition == partition]
        assert read == expected, "from the assigned offset, and no record before it"


class TestPositions:
    """The offset that is read next."""

    def member(self, cluster: Cluster) -> Member:
        for number in range(8):
            cluster.put(number % 2, b"%d" % number)
        member = Member(cluster)
        member.until(lambda: len(member.records) >= 8)
        return member

    def test_records_come_in_the_order_of_their_partition(self, cluster: Cluster) -> None:
        headers = [("a", b"\x00"), ("none", None)]
        cluster.put(2, b"headers", headers)
        member = self.member(cluster)
        member.until(lambda: len(member.records) == 9)
        for partition in (0, 1):
            read = [(r.offset, r.value) for r in member.records if r.partition == partition]
            assert read == [(at, b"%d" % (2 * at + partition)) for at in range(4)]
        (found,) = [r for r in member.records if r.partition == 2]
        assert (found.topic, found.key, list(found.headers)) == (
            member.config.input_topic,
            b"k",
            headers,
        )
        assert found.timestamp_ms > 0

    def test_consume_gives_no_more_than_the_limit(self, cluster: Cluster) -> None:
        for number in range(10):
            cluster.put(0, b"%d" % number)
        member = Member(cluster)
        sizes: list[int] = []

        def polled() -> bool:
            before = len(member.records)
            member.poll(limit=3)
            sizes.append(len(member.records) - before)
            return len(member.records) == 10

        cluster.until(polled)
        assert max(sizes) == 3

    def test_an_assignment_starts_at_the_given_offsets(self, cluster: Cluster) -> None:
        for number in range(4):
            cluster.put(0, b"%d" % number)
        member = Member(cluster, at={0: 2})
        member.until(lambda: len(member.records) == 2)
        assert member.values == [b"2", b"3"]

    def test_after_a_seek_no_earlier_record_is_delivered(self, cluster: Cluster) -> None:
        member = self.member(cluster)
        for number in range(8, 500):
            cluster.put(number % 2, b"%d" % number)
        member.poll(limit=1)  # the client has prefetched more
        member.records.clear()
        member.source.seek({0: 1, 1: 3})
        member.until(lambda: {record.partition for record in member.records} == {0, 1})
        first = {r.partition: r.offset for r in reversed(member.records)}
        assert first == {0: 1, 1: 3}
        for partition in (0, 1):
            offsets = [r.offset for r in member.records if r.partition == partition]
            assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))

    def test_a_paused_partition_continues_where_it_was_paused(self, cluster: Cluster) -> None:
        member = self.member(cluster)
        member.source.pause([0])
        member.records.clear()
        cluster.put(0, b"8")
        cluster.put(1, b"9")
        member.until(lambda: bool(member.records))
        for _ in range(5):
            member.poll()
        assert member.values == [b"9"]
        member.source.resume([0])
        member.until(lambda: len(member.records) == 2)
        assert member.values == [b"9", b"8"]

    def test_seek_and_pause_take_several_partitions(self, cluster: Cluster) -> None:
        member = self.member(cluster)
        everything = list(member.owned)
        member.source.pause(everything)
        member.source.seek(dict.fromkeys(everything, 0))
        member.records.clear()
        for _ in range(5):
            member.poll()
        assert member.records == [], "a seek does not resume"
        member.source.resume(everything)
        member.until(lambda: len(member.records) == 8)


class TestGone:
    """auto.offset.reset=error: the client never moves to another offset by itself."""

    @pytest.mark.parametrize("at", [1, 99])
    def test_an_offset_outside_the_log_is_lost(self, cluster: Cluster, at: int) -> None:
        for number in range(5):
            cluster.put(0, b"%d" % number)
        cluster.delete_input(0, before=3)
        member = Member(cluster, at={0: at})
        with pytest.raises(LostOffset):
            member.until(lambda: bool(member.records))

    def test_the_first_offset_is_known(self, cluster: Cluster) -> None:
        for number in range(5):
            cluster.put(0, b"%d" % number)
        cluster.delete_input(0, before=3)
        member = Member(cluster, at={0: 3})
        member.until(lambda: len(member.records) == 2)
        assert answered(lambda: member.source.watermarks(0, 5.0)).low == 3
        assert answered(lambda: member.source.watermarks(1, 5.0)).low == 0
        member.until(lambda: member.source.cached_high_watermark(0) == 5)


class TestStaticMembers:
    """Members with a group.instance.id: a pod that is expected to return."""

    def test_it_keeps_its_partitions_over_a_restart(self, cluster: Cluster) -> None:
        stays, leaves = (Member(cluster, group_instance_id=f"pod-{n}") for n in range(2))
        share_all([stays, leaves])
        owned, callbacks = set(leaves.owned), list(stays.callbacks)
        leaves.source.close()
        back = Member(cluster, group_instance_id="pod-1")
        share_all([stays, back])
        for _ in range(5):
            stays.poll()
        assert back.owned == owned
        assert stays.callbacks == callbacks, "nobody else was disturbed"

    def test_a_second_member_with_the_id_fences_the_first(self, cluster: Cluster) -> None:
        former, sink = Member(cluster, group_instance_id="pod-0"), writer(cluster)
        former.until(lambda: bool(former.owned))
        before = former.source.group_metadata()
        successor = Member(cluster, group_instance_id="pod-0")
        successor.until(lambda: bool(successor.owned))
        sink.begin()
        with pytest.raises(RequiresAbort):
            sink.send_offsets(former.config.input_topic, None, {0: 1}, before)
        done(sink.abort)
        with pytest.raises(FatalClientError):
            former.until(lambda: False)
