"""How `ports.Sink` is fenced: by member and generation, and by the transactional id."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import FatalClientError, ProducerFenced, RequiresAbort, Retriable
from stream_edits.engine.ports import Output
from tests.contract.clusters import Cluster
from tests.contract.members import Member, answered, done, share_all, writer
from tests.contract.sinks import committed, opened, sink_topic


def members_of(cluster: Cluster) -> set[str]:
    """The members of the group, by name."""
    return set(answered(lambda: cluster.port.group_members(cluster.config(), 5.0)))


class TestOffsets:
    """Offsets are part of the transaction, and fenced by member and generation."""

    def test_they_are_committed_with_the_transaction_or_not_at_all(self, cluster: Cluster) -> None:
        member, sink = Member(cluster), writer(cluster)
        member.until(lambda: bool(member.owned))
        topic = member.config.input_topic
        assert committed(member) == {0: None, 1: None}
        sink.begin()
        sink.send_offsets(topic, None, {0: 7}, member.source.group_metadata())
        done(sink.abort)
        assert committed(member) == {0: None, 1: None}
        sink.begin()
        sink.send_offsets(topic, None, {0: 7, 1: 1}, member.source.group_metadata())
        sink.send_offsets(topic, None, {0: 8}, member.source.group_metadata())
        done(sink.commit)
        assert committed(member) == {0: 8, 1: 1}

    def test_open_offsets_have_no_stable_answer(self, cluster: Cluster) -> None:
        member, sink = Member(cluster), writer(cluster)
        member.until(lambda: bool(member.owned))
        sink.begin()
        sink.send_offsets(member.config.input_topic, None, {0: 7}, member.source.group_metadata())
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
            sink.send_offsets(member.config.input_topic, None, {0: 1}, stale)
        with pytest.raises(RequiresAbort):
            sink.commit()
        done(sink.abort)
        sink.begin()
        sink.produce([Output(sink_topic(cluster, "out"), b"k", b"1")])
        sink.send_offsets(member.config.input_topic, None, {0: 1}, member.source.group_metadata())
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
            sink.send_offsets(member.config.input_topic, None, {3: 1}, gone)
        done(sink.abort)


class TestFencing:
    """One producer per transactional id, and the fate of a predecessor's open transaction."""

    def test_init_ends_a_predecessors_transaction_and_fences_it(self, cluster: Cluster) -> None:
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

    def test_it_shows_the_offsets_that_a_predecessors_transaction_hid(
        self, cluster: Cluster
    ) -> None:
        member, former = Member(cluster), writer(cluster, "g-count-1")
        member.until(lambda: bool(member.owned))
        former.begin()
        former.send_offsets(member.config.input_topic, None, {0: 7}, member.source.group_metadata())
        with pytest.raises(Retriable):
            member.source.committed([0], 1.0)
        writer(cluster, "g-count-1").close()
        assert committed(member) == {0: None, 1: None}
        with pytest.raises(ProducerFenced):
            done(former.commit)

    def test_the_members_of_a_group_are_known_by_their_transactional_ids(
        self, cluster: Cluster
    ) -> None:
        members = [Member(cluster, transactional_id=f"g-count-{n}") for n in (0, 1)]
        share_all(members)
        ids = [member.config.transactional_id for member in members]
        assert members_of(cluster) == set(ids)
        members[1].source.close()
        members[0].until(lambda: members[0].owned == {0, 1, 2, 3})
        assert members_of(cluster) == {ids[0]}

    def test_a_successor_of_another_id_leaves_it_open(self, cluster: Cluster) -> None:
        """This is why the id must be stable: a random one blocks every reader."""
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
