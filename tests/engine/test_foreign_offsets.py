"""Offsets that no stage of the group has committed, and records that are gone before it read."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import LostOffset, OffsetNotOurs, StateBehind, TopicReplaced
from stream_edits.engine.ports import TopicFacts
from tests.engine.harness import Cluster, Stage, cluster, outputs
from tests.engine.worked import stateless_stage, worked


def commit(broker: Cluster, offset: int, partition: int = 0) -> None:
    """What another program of the group commits: no topic id goes with it."""
    group = broker.groups["g"]
    group.committed[partition], group.topic_ids[partition] = offset, None


def read_by_another() -> Cluster:
    """A group that has decided three records, and of which another program read two more."""
    broker = worked(stateless=True)
    broker.put("in", 0, b"k", b"4")
    broker.put("in", 0, b"k", b"5")
    commit(broker, 5)
    return broker


def restarted(broker: Cluster, **changes: object) -> list[bytes]:
    """What a stage decides that is started with `changes`, and then once more without."""
    before = len(outputs(broker))
    stage = stateless_stage(broker, **changes).start()
    stage.run_rounds(3)
    stage.runner.close()
    stateless_stage(broker).start().run_rounds(3)
    return outputs(broker)[before:]


class TestOffsetsOfAnotherProgram:
    @pytest.mark.parametrize("offset", [5, 2, 0])
    @pytest.mark.parametrize("start_from", [None, "oldest", "newest"])
    def test_they_are_not_believed(self, offset: int, start_from: str | None) -> None:
        broker = read_by_another()
        commit(broker, offset)
        with pytest.raises(OffsetNotOurs) as stop:
            stateless_stage(broker, start_from=start_from).start()
        text = str(stop.value)
        assert f"group g has read up to 3 of in/0, but another program committed {offset}" in text
        assert "run --from progress" in text
        assert "--from committed" in text
        assert len(outputs(broker)) == 3

    def test_the_group_goes_on_where_it_had_stopped(self) -> None:
        assert restarted(read_by_another(), start_from="progress") == [b"4", b"5"]

    def test_or_where_the_operator_has_set_it(self) -> None:
        broker = read_by_another()
        commit(broker, 4)
        assert restarted(broker, start_from="committed") == [b"5"]

    @pytest.mark.parametrize("start_from", ["progress", "committed"])
    def test_it_is_accepted_once_although_nothing_is_left_to_read(self, start_from: str) -> None:
        broker = worked(stateless=True)
        commit(broker, 2)
        broker.logs["in", 0].entries[2] = None
        assert restarted(broker, start_from=start_from) == []
        assert broker.groups["g"].topic_ids == {0: broker.ids["in"]}

    def test_a_partition_that_no_stage_has_read(self) -> None:
        broker = worked(stateless=True)
        broker.grow("in", 2)
        broker.put("in", 1, b"k", b"4")
        commit(broker, 1, partition=1)
        refused = stateless_stage(broker)
        with pytest.raises(OffsetNotOurs, match="has read nothing of in/1"):
            refused.start()
        refused.runner.close()
        assert restarted(broker, start_from="progress") == [b"4"]

    def test_a_group_that_was_never_started(self) -> None:
        broker = cluster(1)
        broker.put("in", 0, b"k", b"1")
        broker.group(stateless_stage(broker).config)
        commit(broker, 1)
        with pytest.raises(OffsetNotOurs, match="has read nothing of in/0"):
            stateless_stage(broker).start()

    def test_while_the_stage_runs(self) -> None:
        """They are met when the partition returns."""
        broker = worked(stateless=True)
        stage = stateless_stage(broker).start()
        stage.run_rounds(2)
        broker.put("in", 0, b"k", b"4")
        commit(broker, 4)
        broker.groups["g"].rebalance()
        with pytest.raises(OffsetNotOurs):
            stage.run_rounds(3)
        assert len(outputs(broker)) == 3

    def test_a_topic_that_was_created_again_is_the_true_reason(self) -> None:
        broker = worked(stateless=True)
        stage = stateless_stage(broker).start()
        broker.recreate("in")
        commit(broker, 0)
        broker.groups["g"].rebalance()
        with pytest.raises(TopicReplaced):
            stage.run_rounds(3)

    def test_state_is_compared_with_the_offset_by_its_restore(self) -> None:
        broker = worked()
        broker.put("in", 0, b"k", b"4")
        commit(broker, 4)
        with pytest.raises(StateBehind, match="set the group's offset to 3"):
            Stage(broker).start()


class TestOffsetsOfTheStages:
    @pytest.mark.parametrize("has_ids", [True, False])
    def test_they_are_believed_after_another_process_has_gone_on(
        self, has_ids: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its marks are newer than those that were read at the start."""
        broker = cluster(2)
        if not has_ids:
            monkeypatch.setattr(broker, "topic_facts", without_ids(broker))
        first = stateless_stage(broker).start()
        second = stateless_stage(broker, transactional_id="g-count-1")
        second.runner.start()
        for value in (b"1", b"2", b"3"):
            for partition in (0, 1):
                broker.put("in", partition, b"k", value)
            for _ in range(6):
                first.run_rounds()
                second.run_rounds()
        second.runner.close()
        broker.put("in", 1, b"k", b"4")
        first.run_rounds(6)
        assert sorted(outputs(broker)) == [b"1", b"1", b"2", b"2", b"3", b"3", b"4"]

    def test_marks_that_are_lost_are_not_missed(self) -> None:
        broker = worked(stateless=True)
        broker.recreate("known")
        broker.put("in", 0, b"k", b"4")
        stateless_stage(broker).start().run_rounds(2)
        assert outputs(broker)[3:] == [b"4"]

    def test_without_marks_every_offset_is_believed(self) -> None:
        broker = read_by_another()
        stateless_stage(broker, known_topics=None).start().run_rounds(2)
        assert len(outputs(broker)) == 3


def without_ids(broker: Cluster) -> Callable[..., dict[str, TopicFacts | None]]:
    """The facts of brokers before Kafka 2.8."""
    facts = broker.topic_facts

    def bare(
        config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicFacts | None]:
        found = facts(config, topics, timeout_s)
        return {topic: fact and fact._replace(id=None) for topic, fact in found.items()}

    return bare


class TestRecordsGoneUnread:
    """Of a topic between two stages, which begins with its group."""

    def broker(self) -> Cluster:
        broker = cluster(2)
        broker.put("in", 0, b"a", b"1")
        stage = Stage(broker).start()
        stage.run_rounds(2)
        stage.runner.close()
        for value in (b"2", b"3", b"4"):
            broker.put("in", 1, b"b", value)
        broker.logs["in", 1].first = 2
        return broker

    @pytest.mark.parametrize("start_from", [None, "progress", "committed", "newest"])
    def test_the_stage_stops_and_names_the_partition(self, start_from: str | None) -> None:
        broker = self.broker()
        with pytest.raises(LostOffset, match=r"in/1 begins at offset 2, and group g.*from oldest"):
            Stage(broker, start_from=start_from).start()
        assert outputs(broker) == [b"1:1"]

    def test_the_loss_is_accepted_once(self) -> None:
        broker = self.broker()
        for start_from in ("oldest", None):
            stage = Stage(broker, start_from=start_from).start()
            stage.run_rounds(2)
            stage.runner.close()
        assert outputs(broker) == [b"1:1", b"4:1"]

    def test_an_accepted_loss_needs_no_record_to_be_remembered(self) -> None:
        broker = self.broker()
        broker.logs["in", 1].first = broker.logs["in", 1].end
        stage = Stage(broker, start_from="oldest").start()
        stage.run_rounds(2)
        stage.runner.close()
        broker.put("in", 1, b"b", b"5")
        Stage(broker).start().run_rounds(2)
        assert outputs(broker) == [b"1:1", b"5:1"]

    def test_what_was_read_may_go(self) -> None:
        broker = self.broker()
        broker.logs["in", 1].first = 0
        stage = Stage(broker).start()
        stage.run_rounds(2)
        stage.runner.close()
        broker.logs["in", 1].first = 3
        broker.put("in", 1, b"b", b"5")
        Stage(broker).start().run_rounds(2)
        assert outputs(broker)[-1] == b"5:4"

    def test_a_topic_of_claims_may_be_older_than_the_group(self) -> None:
        broker = self.broker()
        Stage(broker, internal_topics=frozenset({"log"})).start().run_rounds(2)
        assert outputs(broker) == [b"1:1", b"4:1"]
