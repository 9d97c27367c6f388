"""Offsets that no stage of the group has committed."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import (
    OffsetNotOurs,
    Retriable,
    StateBehind,
    TopicReplaced,
)
from stream_edits.engine.ports import TopicFacts
from stream_edits.engine.topics.known_topics import Mark, mark_key, mark_value
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


class TestWithoutKnownNames:
    """With a client.id of the user's, only offsets tell that another program is in the group."""

    def pair(self, **changes: object) -> tuple[Cluster, Stage]:
        """A stage that has read partition 0, and another member that owns partition 1."""
        broker = cluster(2)
        stage = stateless_stage(broker, **changes).start()
        broker.put("in", 0, b"k", b"1")
        stage.run_rounds(2)
        other = broker.source(stage.config)
        other.subscribe(stage.partitions)
        for member in broker.groups["g"].members:
            member.client_id = "payer"
        stage.run_rounds(4)
        assert stage.partitions.owned.keys() == {0}
        return broker, stage

    def test_what_it_commits_stops_the_stage(self) -> None:
        broker, stage = self.pair()
        commit(broker, 7, partition=1)
        stage.run_rounds(4)
        stage.clock.time_s += 31
        with pytest.raises(OffsetNotOurs, match="committed 7 of in/1"):
            stage.run_rounds()

    @pytest.mark.parametrize("topic_id", ["id", None])
    def test_what_a_stage_commits_does_not(self, topic_id: str | None) -> None:
        broker, stage = self.pair()
        commit(broker, 7, partition=1)
        broker.groups["g"].topic_ids[1] = topic_id and broker.ids["in"]
        mark = Mark({"in": broker.ids["in"]}, 7)
        broker.put("known", 0, mark_key("g", "in", 1), mark_value(mark))
        stage.clock.time_s += 31
        stage.run_rounds()
        assert stage.runner.ready

    def test_brokers_that_do_not_answer_are_asked_later(self) -> None:
        broker, stage = self.pair()
        commit(broker, 7, partition=1)
        broker.fail("committed", Retriable("_TIMED_OUT"))
        stage.clock.time_s += 31
        stage.run_rounds()
        stage.clock.time_s += 31
        with pytest.raises(OffsetNotOurs):
            stage.run_rounds()

    def test_a_stage_with_state_leaves_it_to_the_restore(self) -> None:
        """Its offsets may be set by hand, as its own messages say."""
        broker = cluster(2)
        stage = Stage(broker).start()
        for member in broker.groups["g"].members:
            member.client_id = "payer"
        broker.source(stage.config).subscribe(stage.partitions)
        stage.run_rounds(4)
        commit(broker, 0, partition=1)
        stage.clock.time_s += 31
        stage.run_rounds()
        assert "committed" not in broker.names()[-10:]
