"""Groups whose committed offsets have expired, or are not in the log any more."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import LostOffset
from tests.engine.harness import Cluster, Stage, cluster, outputs
from tests.engine.worked import expire_offsets, stateless_stage, worked


def stopped_with_one_record(start_from: str) -> Cluster:
    """A broker with two partitions, a record in the first, and a group that started and stopped."""
    broker = cluster(2)
    broker.put("in", 0, b"k", b"1")
    stage = stateless_stage(broker, start_from=start_from).start()
    stage.run_rounds(2)
    stage.runner.close()
    return broker


class TestMissingOffsets:
    def test_a_stage_without_state_does_not_start_from_nothing(self) -> None:
        broker = worked(stateless=True)
        expire_offsets(broker)
        broker.put("in", 0, b"k", b"4")
        with pytest.raises(LostOffset, match=r"had read up to 3.*run --from progress"):
            stateless_stage(broker).start()
        assert len(outputs(broker)) == 3

    @pytest.mark.parametrize(
        ("start_from", "after"),
        [("progress", [b"4"]), ("oldest", [b"1", b"2", b"3", b"4"]), ("newest", [])],
    )
    def test_it_starts_where_the_operator_says(self, start_from: str, after: list[bytes]) -> None:
        broker = worked(stateless=True)
        expire_offsets(broker)
        broker.put("in", 0, b"k", b"4")
        stage = stateless_stage(broker, start_from=start_from).start()
        stage.run_rounds(2)
        assert outputs(broker)[3:] == after
        broker.put("in", 0, b"k", b"5")
        stage.run_rounds(2)
        assert outputs(broker)[-1] == b"5"

    def test_a_new_group_starts_at_the_oldest_record(self) -> None:
        broker = cluster(1)
        broker.put("in", 0, b"k", b"1")
        stateless_stage(broker).start().run_rounds(2)
        assert outputs(broker) == [b"1"]

    def test_a_new_partition_of_a_known_group_is_new(self) -> None:
        broker = worked(stateless=True)
        broker.grow("in", 2)
        broker.put("in", 1, b"k", b"first")
        stateless_stage(broker).start().run_rounds(2)
        assert outputs(broker)[3:] == [b"first"]

    def test_state_goes_on_at_its_progress(self) -> None:
        broker = worked()
        expire_offsets(broker)
        broker.put("in", 0, b"k", b"4")
        refused = Stage(broker)
        with pytest.raises(LostOffset, match="run --from progress"):
            refused.start()
        refused.runner.close()
        stage = Stage(broker, start_from="progress").start()
        stage.run_rounds(2)
        assert outputs(broker) == [b"1:1", b"2:2", b"3:3", b"4:4"]
        assert broker.groups["g"].committed == {0: 4}

    def test_retention_may_move_the_beginning_while_state_is_restored(self) -> None:
        broker = worked()
        expire_offsets(broker)
        stage = Stage(broker, start_from="progress")
        stage.runner.start()
        stage.run_rounds(1)
        assert not stage.runner.ready
        # The pause is late, and what was assigned, the beginning of the log, is gone by now.
        broker.sources[-1].paused.clear()
        broker.logs["in", 0].first = 3
        stage.until_ready()
        broker.put("in", 0, b"k", b"4")
        stage.run_rounds(2)
        assert outputs(broker) == [b"1:1", b"2:2", b"3:3", b"4:4"]

    @pytest.mark.parametrize("start_from", [None, "progress", "oldest", "newest"])
    def test_a_new_group_with_state_skips_nothing(self, start_from: str | None) -> None:
        broker = cluster(1)
        broker.put("in", 0, b"k", b"1")
        Stage(broker, start_from=start_from).start().run_rounds(2)
        assert outputs(broker) == [b"1:1"]

    def test_a_new_group_without_state_may_start_at_the_newest_record(self) -> None:
        broker = cluster(1)
        broker.put("in", 0, b"k", b"1")
        stage = stateless_stage(broker, start_from="newest").start()
        stage.run_rounds(2)
        broker.put("in", 0, b"k", b"2")
        stage.run_rounds(2)
        assert outputs(broker) == [b"2"]

    def test_what_comes_after_the_start_at_the_newest_record_is_read(self) -> None:
        broker = stopped_with_one_record("newest")
        broker.put("in", 0, b"k", b"2")
        broker.put("in", 1, b"q", b"3")
        stateless_stage(broker, start_from="newest").start().run_rounds(3)
        assert sorted(outputs(broker)) == [b"2", b"3"]

    def test_a_partition_without_a_commit_is_read_by_a_group_that_is_not_new(self) -> None:
        broker = stopped_with_one_record("oldest")
        broker.put("in", 1, b"q", b"2")
        stateless_stage(broker, start_from="newest").start().run_rounds(3)
        assert outputs(broker) == [b"1", b"2"]

    def test_a_partition_that_is_added_later_is_read_from_its_beginning(self) -> None:
        broker = cluster(1)
        stage = stateless_stage(broker, start_from="newest").start()
        stage.run_rounds(2)
        broker.grow("in", 2)
        stage.clock.time_s += 3.1
        broker.put("in", 1, b"q", b"1")
        stage.run_rounds(4)
        assert outputs(broker) == [b"1"]

    def test_records_deleted_unread_are_skipped_once(self) -> None:
        broker = cluster(1)
        for value in (b"1", b"2", b"3"):
            broker.put("in", 0, b"k", value)
        stage = stateless_stage(broker).start()
        stage.run_rounds(2)
        stage.runner.close()
        for value in (b"4", b"5"):
            broker.put("in", 0, b"k", value)
        broker.logs["in", 0].first = 4
        stage = stateless_stage(broker, start_from="newest").start()
        stage.run_rounds(2)
        stage.runner.close()
        broker.put("in", 0, b"k", b"6")
        stateless_stage(broker, start_from="newest").start().run_rounds(3)
        assert outputs(broker) == [b"1", b"2", b"3", b"6"]

    @pytest.mark.parametrize("start_from", ["oldest", "newest"])
    def test_state_never_starts_anywhere_else(self, start_from: str) -> None:
        broker = worked()
        expire_offsets(broker)
        with pytest.raises(LostOffset):
            Stage(broker, start_from=start_from).start()

    @pytest.mark.parametrize(("start_from", "after"), [("oldest", [b"3"]), ("newest", [])])
    def test_records_deleted_unread(self, start_from: str, after: list[bytes]) -> None:
        broker = cluster(1)
        broker.put("in", 0, b"k", b"1")
        stage = stateless_stage(broker).start()
        stage.run_rounds(2)
        stage.runner.close()
        broker.put("in", 0, b"k", b"2")
        broker.put("in", 0, b"k", b"3")
        broker.logs["in", 0].first = 2
        refused = stateless_stage(broker)
        with pytest.raises(LostOffset):
            refused.start().run_rounds(2)
        refused.runner.close()
        stateless_stage(broker, start_from=start_from).start().run_rounds(2)
        assert outputs(broker)[1:] == after
