"""Topics that are created again, and groups whose offsets are gone, on the in-memory Kafka."""

from __future__ import annotations

import json

import pytest

from stream_edits.engine.errors import (
    ChangelogCut,
    EngineStopped,
    Retriable,
    TopicReplaced,
    TopicsUnfit,
)
from stream_edits.engine.ports import TopicSettings
from stream_edits.engine.topics.known_topics import accepting, mark_key, mark_of
from tests.engine.harness import Cluster, Stage, cluster, outputs
from tests.engine.worked import stateless_stage, worked


class TestMarks:
    def test_the_first_commit_of_a_partition_writes_the_ids(self) -> None:
        broker = worked()
        ((key, value),) = [(o.key, o.value) for o in broker.visible("known")]
        assert key == mark_key("g", "in", 0)
        assert json.loads(value or b"") == {
            "ids": {topic: broker.ids[topic] for topic in ("in", "dead", "out", "log")},
            "next_offset": None,
        }
        assert broker.groups["g"].topic_ids == {0: broker.ids["in"]}

    def test_a_deployment_without_the_topic_gets_it(self) -> None:
        broker = cluster(1)
        broker.delete("known")
        broker.put("in", 0, b"k", b"1")
        Stage(broker).start().run_rounds(2)
        assert len(broker.visible("known")) == 1

    def test_it_is_written_once_by_a_stage_with_a_changelog(self) -> None:
        broker = worked()
        broker.put("in", 0, b"k", b"4")
        Stage(broker).start().run_rounds(2)
        assert len(broker.visible("known")) == 1

    def test_without_a_changelog_it_holds_the_progress(self) -> None:
        broker = worked(stateless=True)
        assert [json.loads(o.value or b"")["next_offset"] for o in broker.visible("known")] == [3]

    @pytest.mark.parametrize("value", [b"", b"{}", b"[]", b"null", b"\xff", b'{"ids": 1}'])
    def test_a_record_that_no_stage_wrote_stops_nothing(self, value: bytes) -> None:
        broker = worked()
        broker.put("known", 0, mark_key("g", "in", 0), value)
        broker.put("known", 0, b"another/in/x", value)
        broker.put("in", 0, b"k", b"4")
        Stage(broker).start().run_rounds(2)
        assert len(outputs(broker)) == 4
        assert mark_of(value) is None


class TestCreatedAgain:
    @pytest.mark.parametrize("topic", ["in", "log", "out", "dead"])
    def test_a_start_is_refused_by_name(self, topic: str) -> None:
        broker = worked()
        broker.recreate(topic)
        with pytest.raises(TopicReplaced, match=f"topic {topic} was deleted and created again"):
            Stage(broker).start()
        assert "subscribe" not in broker.names()[-20:]

    @pytest.mark.parametrize("topic", ["in", "log", "out", "dead"])
    def test_a_running_stage_stops_within_seconds_although_nothing_comes(self, topic: str) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.recreate(topic)
        stage.clock.time_s += 3.1
        with pytest.raises(TopicReplaced, match=f"topic {topic} was deleted and created again"):
            stage.run_rounds()

    def test_no_record_of_the_new_topic_is_committed(self) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.recreate("in")
        for number in range(10):
            broker.put("in", 0, b"k", b"%d" % number)
        with pytest.raises(TopicReplaced):
            stage.run_rounds(2)
        assert len(outputs(broker)) == 3
        assert broker.groups["g"].committed == {}

    def test_the_reason_is_named_when_the_offset_is_beyond_the_new_log(self) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.recreate("in")
        with pytest.raises(TopicReplaced):
            stage.run_rounds()

    def test_a_deleted_topic_is_named(self) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.delete("out")
        stage.clock.time_s += 3.1
        with pytest.raises(TopicReplaced, match="topic out was deleted"):
            stage.run_rounds()

    def test_brokers_that_do_not_answer_are_asked_again_later(self) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.fail("topic_facts", Retriable("_TIMED_OUT"), times=3)
        for _ in range(5):
            stage.clock.time_s += 3.1
            stage.run_rounds()
        assert broker.names().count("topic_facts") < 6, "each attempt blocks the loop"
        broker.recreate("in")
        stage.clock.time_s += 10.1
        with pytest.raises(TopicReplaced):
            stage.run_rounds(3)

    def test_nothing_is_committed_while_the_topic_cannot_be_confirmed(self) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.put("in", 0, b"k", b"4")
        broker.fail("topic_facts", Retriable("_TIMED_OUT"), times=2)
        stage.run_rounds(2)
        assert len(outputs(broker)) == 3
        stage.run_rounds(2)
        assert len(outputs(broker)) == 4

    def test_an_accepted_input_is_read_from_its_beginning(self) -> None:
        broker = worked(stateless=True)
        broker.recreate("in")
        for value in (b"4", b"5", b"6", b"7", b"8"):
            broker.put("in", 0, b"k", value)
        with pytest.raises(TopicReplaced, match="stream-edits topics accept in"):
            stateless_stage(broker).start()
        accept(broker, "in")
        stateless_stage(broker).start().run_rounds(2)
        assert outputs(broker) == [b"%d" % n for n in range(1, 9)]

    def test_an_offset_committed_for_another_topic_is_not_believed(self) -> None:
        broker = worked(stateless=True)
        before = dict(broker.groups["g"].topic_ids)
        broker.recreate("in")
        for value in (b"4", b"5", b"6", b"7"):
            broker.put("in", 0, b"k", value)
        # As a broker that keeps the offsets of a deleted topic.
        broker.groups["g"].committed, broker.groups["g"].topic_ids = {0: 3}, before
        accept(broker, "in")
        stateless_stage(broker).start().run_rounds(2)
        assert outputs(broker)[3:] == [b"4", b"5", b"6", b"7"]

    def test_an_accepted_output_gets_its_new_id(self) -> None:
        broker = worked()
        broker.recreate("out")
        accept(broker, "out")
        broker.put("in", 0, b"k", b"4")
        Stage(broker).start().run_rounds(2)
        assert outputs(broker) == [b"4:4"]


def accept(broker: Cluster, topic: str) -> None:
    """What `topics accept` does."""
    marks = {o.key or b"": o.value for o in broker.visible("known")}
    for key, value in accepting(marks, {"g"}, topic, broker.ids[topic]):
        broker.put("known", 0, key, value)


class TestGrowth:
    def test_a_stage_without_state_goes_on(self) -> None:
        broker = worked(stateless=True)
        stage = stateless_stage(broker).start()
        broker.grow("in", 3)
        stage.clock.time_s += 3.1
        broker.put("in", 2, b"k", b"4")
        stage.run_rounds(4)
        assert outputs(broker)[3:] == [b"4"]

    def test_it_joins_again_a_minute_later_in_case_the_client_has_missed_it(self) -> None:
        broker = worked(stateless=True)
        stage = stateless_stage(broker).start()
        stage.run_rounds(4)
        broker.grow("in", 3)
        stage.clock.time_s += 3.1
        stage.run_rounds(4)
        # As after a rebalance during which the brokers went away.
        group = broker.groups["g"]
        settled = group.generation
        stage.clock.time_s += 55
        stage.run_rounds(4)
        assert group.generation == settled
        stage.clock.time_s += 5
        stage.run_rounds(4)
        assert group.generation == settled + 1
        broker.put("in", 2, b"k", b"4")
        stage.clock.time_s += 300
        stage.run_rounds(4)
        assert group.generation == settled + 1
        assert outputs(broker)[3:] == [b"4"]

    @pytest.mark.parametrize("topic", ["in", "log"])
    def test_a_stage_with_state_stops(self, topic: str) -> None:
        broker = worked()
        stage = Stage(broker).start()
        broker.counts[topic] += 1
        stage.clock.time_s += 3.1
        with pytest.raises(TopicReplaced, match=f"topic {topic} has 2 partitions and had 1"):
            stage.run_rounds()

    def test_the_settings_count_for_internal_topics_only(self) -> None:
        broker = worked(stateless=True)
        stateless_stage(broker, partitions=6).start()
        with pytest.raises(TopicsUnfit, match="out has 1 partition, the settings say 6"):
            stateless_stage(broker, partitions=6, internal_topics=frozenset({"out"})).start()


class TestChangelogs:
    @pytest.mark.parametrize("policy", ["delete", "compact,delete"])
    def test_one_that_deletes_state_is_refused(self, policy: str) -> None:
        broker = worked()
        broker.settings["log"] = TopicSettings(policy, 1000)
        with pytest.raises(TopicsUnfit, match=f"cleanup.policy={policy}"):
            Stage(broker).start()

    def test_one_whose_first_records_are_gone_is_refused(self) -> None:
        broker = worked()
        broker.logs["log", 0].first = 2
        with pytest.raises(ChangelogCut, match="log/0 begins at offset 2"):
            Stage(broker).start()

    def test_compaction_is_not_a_loss(self) -> None:
        broker = worked()
        broker.compact("log", 0)
        assert Stage(broker).start().store(0) == {b"k": b"3"}

    def test_a_dead_letter_topic_that_is_compacted_is_refused(self) -> None:
        broker = cluster(1)
        broker.settings["dead"] = TopicSettings("compact", 1_048_588)
        with pytest.raises(EngineStopped, match="without a key cannot become a dead letter"):
            Stage(broker).start()
