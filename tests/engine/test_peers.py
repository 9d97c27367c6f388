"""A member that is gone is fenced by the others, so that its transaction ends at once."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import EngineStopped, FatalClientError, ProducerFenced, Retriable
from stream_edits.engine.membership.peers import Peers
from tests.engine.harness import Cluster, Stage, cluster, config, outputs
from tests.memory_kafka.sink import MemorySink
from tests.simulation.faults import Crashed


class Pair:
    """Two stages that share two partitions, and have committed one event of each."""

    def __init__(self, second: str = "g-count-1") -> None:
        self.broker = cluster()
        self.first = Stage(self.broker, batch_size=10).start()
        self.second = Stage(self.broker, transactional_id=second)
        self.second.runner.start()
        self.turns()
        self.put(b"1")
        self.turns()
        assert outputs(self.broker) == [b"1:1", b"1:1"]

    def put(self, value: bytes) -> None:
        for partition in (0, 1):
            self.broker.put("in", partition, b"k%d" % partition, value)

    def turns(self, count: int = 8) -> None:
        for _ in range(count):
            for stage in (self.first, self.second):
                stage.run_rounds()

    def die_before_the_commit(self) -> MemorySink:
        """Kill the second in a transaction with its offsets, and let its session time out."""
        self.put(b"2")
        self.broker.fail("commit", Crashed())  # type: ignore[arg-type]
        with pytest.raises(Crashed):
            self.second.run_rounds()
        sink = sink_of(self.broker, self.second)
        assert not sink.ended
        self.broker.evict(self.broker.sources[1])
        return sink


def sink_of(broker: Cluster, stage: Stage) -> MemorySink:
    """The first producer of a stage."""
    return next(sink for sink in broker.sinks if sink.config is stage.config)


def test_the_transaction_of_a_dead_member_ends_before_its_time_out() -> None:
    pair = Pair()
    sink = pair.die_before_the_commit()
    pair.first.run_rounds(8)
    assert sink.ended
    assert outputs(pair.broker) == [b"1:1", b"1:1", b"2:2", b"2:2"]
    assert pair.first.clock.slept == []


def test_without_the_fence_nobody_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the offsets stay unstable until the budget of the member is spent."""
    pair = Pair()
    monkeypatch.setattr(Peers, "look", lambda self: None)
    sink = pair.die_before_the_commit()
    with pytest.raises(EngineStopped, match="hanging transaction"):
        pair.first.run_rounds(8)
    assert not sink.ended


def test_members_that_are_there_are_never_fenced() -> None:
    pair = Pair()
    third = Stage(pair.broker, transactional_id="g-count-2")
    third.runner.start()
    for _ in range(4):
        pair.turns(2)
        third.run_rounds(2)
    third.runner.close()
    pair.put(b"2")
    pair.turns()
    assert outputs(pair.broker) == [b"1:1", b"1:1", b"2:2", b"2:2"]
    alive = [sink_of(pair.broker, stage) for stage in (pair.first, pair.second)]
    assert not any(sink.fenced for sink in alive)


def test_a_member_is_fenced_once() -> None:
    pair = Pair()
    pair.die_before_the_commit()
    pair.first.run_rounds(8)
    count = len(pair.broker.sinks)
    pair.broker.groups["g"].rebalance()
    pair.first.run_rounds(8)
    assert len(pair.broker.sinks) == count


@pytest.mark.parametrize("name", ["g-count-x", "g-others-1", "payer", "g-count-"])
def test_a_client_with_another_name_is_left_alone(name: str) -> None:
    pair = Pair(second=name)
    pair.second.runner.close()
    pair.first.run_rounds(8)
    assert [sink.config.transactional_id for sink in pair.broker.sinks] == ["g-count-0", name]


def test_a_member_that_is_named_otherwise_itself_fences_nobody() -> None:
    """`client.id` may be set for all processes alike: then nobody knows who is there."""
    pair = Pair()
    for member in pair.broker.groups["g"].members:
        member.client_id = "payer"
    pair.second.runner.close()
    pair.first.run_rounds(8)
    assert len(pair.broker.sinks) == 2


def test_what_failed_is_tried_again_later() -> None:
    pair = Pair()
    pair.broker.fail("group_members", Retriable("_TRANSPORT"))
    pair.broker.fail("init", Retriable("_TIMED_OUT"))
    pair.second.runner.close()
    pair.first.run_rounds(8)
    assert len(pair.broker.sinks) == 2
    pair.first.clock.time_s += 5.0
    pair.first.run_rounds()
    assert len(pair.broker.sinks) == 3
    assert not sink_of(pair.broker, pair.second).fenced
    pair.first.clock.time_s += 5.0
    pair.first.run_rounds()
    assert not sink_of(pair.broker, pair.second).fenced, "each failure waits twice as long"
    pair.first.clock.time_s += 5.0
    pair.first.run_rounds()
    assert sink_of(pair.broker, pair.second).fenced


def test_brokers_that_do_not_answer_are_asked_about_one_process_only() -> None:
    """Each question may take twenty seconds, for which the loop stands still."""
    pair = Pair()
    peers = pair.first.runner._member.peers  # type: ignore[union-attr]
    peers._seen |= {"g-count-7", "g-count-8", "g-count-9"}
    pair.broker.fail("init", Retriable("_TIMED_OUT"))
    before = len(pair.broker.sinks)
    peers.look()
    assert len(pair.broker.sinks) == before + 1
    pair.first.clock.time_s += 5.0
    peers.check()
    assert len(pair.broker.sinks) == before + 4
    asked = [sink.config.transactional_id for sink in pair.broker.sinks[before:]]
    assert asked == ["g-count-7", "g-count-8", "g-count-9", "g-count-7"]


@pytest.mark.parametrize(
    ("others", "count"), [((), None), (("g-count-1",), None), (("kcat", "g-count-1", "x-0"), 2)]
)
def test_members_that_are_no_stages_are_logged(
    others: tuple[str, ...], count: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    """For example who reads the topic with the group of the stage, which then goes on after it."""
    stage = Stage(cluster()).start()
    peers = stage.runner._member.peers  # type: ignore[union-attr]
    present = frozenset({"g-count-0", *others})
    stage.runner._port.group_members = lambda *_: present  # type: ignore[method-assign]
    caplog.clear()
    peers.look()
    found = [
        vars(x)["fields"]["count"]
        for x in caplog.records
        if getattr(x, "event", "") == "strangers_in_group"
    ]
    assert found == ([] if count is None else [count])
    assert stage.runner.ready == (count is None), "they take partitions from the stages"


def test_a_stage_is_ready_again_when_the_others_have_left() -> None:
    pair = Pair()
    kcat = pair.broker.source(config(transactional_id="kcat"))
    kcat.subscribe(pair.second.partitions)
    pair.turns(2)
    assert not pair.first.runner.ready
    pair.broker.evict(kcat)
    pair.turns()
    assert pair.first.runner.ready
    pair.put(b"2")
    pair.turns()
    assert outputs(pair.broker) == [b"1:1", b"1:1", b"2:2", b"2:2"]


def test_without_the_right_the_time_out_is_waited_for() -> None:
    pair = Pair()
    pair.broker.fail("init", FatalClientError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED"))
    sink = pair.die_before_the_commit()
    pair.broker.time_out(sink)
    pair.first.run_rounds(8)
    assert outputs(pair.broker) == [b"1:1", b"1:1", b"2:2", b"2:2"]
    count = len(pair.broker.sinks)
    pair.first.clock.time_s += 60.0
    pair.first.run_rounds()
    assert len(pair.broker.sinks) == count


def fence(pair: Pair, ordinal: int) -> None:
    pair.broker.sink(config(transactional_id=f"g-count-{ordinal}")).init()


def test_a_process_that_is_fenced_before_its_first_commit_goes_on() -> None:
    pair = Pair()
    late = Stage(pair.broker, transactional_id="g-count-2")
    late.runner.start()
    fence(pair, 2)
    pair.second.runner.close()
    for _ in range(8):
        pair.first.run_rounds()
        late.run_rounds()
    pair.put(b"2")
    for _ in range(8):
        pair.first.run_rounds()
        late.run_rounds()
    assert outputs(pair.broker) == [b"1:1", b"1:1", b"2:2", b"2:2"]


def test_a_member_that_was_cut_off_and_fenced_goes_on() -> None:
    pair = Pair()
    pair.broker.evict(pair.broker.sources[1])
    pair.first.run_rounds(4)
    assert sink_of(pair.broker, pair.second).fenced
    pair.turns()
    pair.put(b"2")
    pair.turns()
    assert outputs(pair.broker) == [b"1:1", b"1:1", b"2:2", b"2:2"]
    assert pair.second.runner.ready


def test_an_established_process_that_is_fenced_ends() -> None:
    """Another process has its number: if both went on, they would fence each other for ever."""
    pair = Pair()
    fence(pair, 1)
    pair.put(b"2")
    with pytest.raises(ProducerFenced):
        pair.second.run_rounds(2)


def test_a_fence_at_the_commit_ends_the_process() -> None:
    """The commit may have been made before: only a restart finds out."""
    broker = cluster()
    stage = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    broker.fail("commit", Retriable("_TIMED_OUT"), after=True)
    broker.fail("commit", ProducerFenced("_FENCED"))
    with pytest.raises(ProducerFenced):
        stage.run_rounds(2)
    assert outputs(broker) == [b"1:1"]
    assert broker.groups["g"].committed == {0: 1}
