"""The contract of `ports.Source` while its group rebalances."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import RequiresAbort
from tests.contract.clusters import Cluster
from tests.contract.members import Member, done, poll_until, share_all, writer


def test_eager_members_give_up_everything_at_each_rebalance(cluster: Cluster) -> None:
    first = Member(cluster, rebalance="eager")
    first.until(lambda: first.owned == {0, 1, 2, 3})
    cluster.put(0, b"1")
    first.until(lambda: first.values == [b"1"])
    second = Member(cluster, rebalance="eager")
    share_all([first, second])
    assert first.callbacks == ["assigned", "revoked", "assigned"]
    assert sorted(map(sorted, (first.owned, second.owned))) == [[0, 1], [2, 3]], "ranges"
    cluster.put(3, b"2")
    poll_until([first, second], lambda: b"2" in first.values + second.values)


class TestWhileTheGroupRebalances:
    """Partitions that are kept are read and committed all the time."""

    def test_records_are_read_and_offsets_are_committed(self, cluster: Cluster) -> None:
        busy, waits = Member(cluster), Member(cluster)
        share_all([busy, waits])
        third = Member(cluster)
        poll_until([busy, third], lambda: bool(third.callbacks) or bool(third.owned))
        # `waits` has not polled since, so the next rebalance cannot end.
        fourth = Member(cluster)
        kept = sorted(busy.owned)[0]
        cluster.put(kept, b"1")
        poll_until([busy, third, fourth], lambda: b"1" in busy.values)
        sink = writer(cluster)
        sink.begin()
        sink.send_offsets(busy.config.input_topic, None, {kept: 1}, busy.membership)
        done(sink.commit)
        assert fourth.callbacks == []
        share_all([busy, waits, third, fourth])

    def test_a_membership_counts_no_more_once_others_have_the_partitions(
        self, cluster: Cluster
    ) -> None:
        member, sink = Member(cluster), writer(cluster)
        member.until(lambda: bool(member.owned))
        before = member.membership
        other = Member(cluster)
        share_all([member, other])
        sink.begin()
        with pytest.raises(RequiresAbort):
            sink.send_offsets(member.config.input_topic, None, {0: 1}, before)
        done(sink.abort)

    def test_subscribing_again_makes_the_group_rebalance(self, cluster: Cluster) -> None:
        first, second = Member(cluster), Member(cluster)
        share_all([first, second])
        callbacks = len(second.callbacks)
        first.source.subscribe(first)
        poll_until([first, second], lambda: len(second.callbacks) > callbacks)
        share_all([first, second])

    def test_a_released_partition_is_ours_and_not_read(self, cluster: Cluster) -> None:
        member = Member(cluster)
        member.until(lambda: len(member.owned) == 4)
        member.source.release([0])
        cluster.put(0, b"0")
        cluster.put(1, b"1")
        member.until(lambda: bool(member.records))
        for _ in range(5):
            member.poll()
        assert member.values == [b"1"]
        member.source.assign({0: 0})
        member.until(lambda: member.values == [b"1", b"0"])
