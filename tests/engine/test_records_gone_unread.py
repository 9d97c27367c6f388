"""Records of a topic between two stages that are gone before the next stage has read them."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import LostOffset
from tests.engine.harness import Cluster, Stage, cluster, outputs


class TestRecordsGoneUnread:
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
