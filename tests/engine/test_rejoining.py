"""A member that is left without partitions joins its group again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stream_edits.engine.errors import LeftOut, Retriable
from stream_edits.engine.ports import AssignmentListener
from stream_edits.engine.topics.known_topics import KnownTopics
from tests.engine.harness import Cluster, Stage, cluster

_PATIENCE_S = 120.0
_TRIES = 3


@contextmanager
def left_out(broker: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No partitions are assigned, as when the coordinator unloads the group in a rebalance."""

    def serve_nothing(listener: AssignmentListener) -> None:
        """Call no listener."""

    (source,) = broker.sources
    with monkeypatch.context() as patch:
        patch.setattr(source, "_serve", serve_nothing)
        yield


def wait(stage: Stage, times: int) -> None:
    """Let the patience of a member without partitions run out that often."""
    for _ in range(times):
        stage.clock.time_s += _PATIENCE_S + 1.0
        stage.run_rounds(2)


def test_a_member_left_without_partitions_joins_again_after_two_session_timeouts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = cluster()
    stage = Stage(broker).start()
    with left_out(broker, monkeypatch):
        stage.partitions.on_lost([0, 1])
        stage.run_rounds(2)
        generation = broker.groups["g"].generation
        stage.clock.time_s += 119.0
        stage.run_rounds(2)
        assert broker.groups["g"].generation == generation
        assert not stage.runner.ready
    broker.put("in", 0, b"k", b"1")
    stage.clock.time_s += 2.0
    stage.until_ready()
    stage.run_rounds(2)
    assert [output.value for output in broker.visible("out")] == [b"1:1"]


def test_a_member_with_partitions_never_does() -> None:
    broker = cluster()
    stage = Stage(broker).start()
    stage.run_rounds(2)
    generation = broker.groups["g"].generation
    stage.clock.time_s += 3600.0
    stage.run_rounds(4)
    assert broker.groups["g"].generation == generation


def test_a_member_that_is_still_left_out_ends_so_that_a_new_one_can_join(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = cluster()
    stage = Stage(broker).start()
    with left_out(broker, monkeypatch):
        stage.partitions.on_lost([0, 1])
        wait(stage, _TRIES)
        with pytest.raises(LeftOut, match=r"group g again 3 times: a restart joins"):
            wait(stage, 1)


def test_a_client_that_hears_nothing_any_more_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = cluster()
    stage = Stage(broker).start()
    with left_out(broker, monkeypatch):
        stage.partitions.on_lost([0, 1])
        (source,) = broker.sources
        helped: list[object] = []

        def join_as_new_member(listener: AssignmentListener) -> None:
            helped.append(listener)
            monkeypatch.undo()
            source.join_as_new_member(listener)

        monkeypatch.setattr(source, "join_as_new_member", join_as_new_member)
        assert not stage.runner.ready
        wait(stage, 1)
    assert helped == [stage.partitions]
    stage.until_ready()
    broker.put("in", 0, b"k", b"1")
    stage.run_rounds(2)
    assert [output.value for output in broker.visible("out")] == [b"1:1"]


def test_a_member_that_peers_fenced_while_it_was_left_out_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = cluster()
    stage = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    stage.run_rounds(3)
    # Revoked, not lost: the coordinator forgot the member while it waited for its partitions.
    with left_out(broker, monkeypatch):
        stage.partitions.on_revoke([0, 1])
        wait(stage, 1)
    broker.sink(stage.runner.config).init()
    stage.until_ready()
    broker.put("in", 0, b"k", b"1")
    stage.run_rounds(4)
    assert [output.value for output in broker.visible("out")] == [b"1:1", b"1:2"]


def test_an_assignment_in_between_starts_the_count_again(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = cluster()
    stage = Stage(broker).start()
    for _ in range(2):
        with left_out(broker, monkeypatch):
            stage.partitions.on_lost([0, 1])
            wait(stage, _TRIES)
        stage.until_ready()


def test_a_member_without_partitions_does_not_end_while_the_brokers_are_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = cluster()
    stage = Stage(broker).start()

    def away(*_: object) -> None:
        raise Retriable("_TRANSPORT")

    with left_out(broker, monkeypatch):
        stage.partitions.on_lost([0, 1])
        with monkeypatch.context() as patch:
            patch.setattr(KnownTopics, "confirm", away)
            wait(stage, 3 * _TRIES)
        wait(stage, _TRIES)
        with pytest.raises(LeftOut):
            wait(stage, 1)
