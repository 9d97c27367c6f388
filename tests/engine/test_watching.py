"""A watch sees the committed state of owned partitions, and of nothing else."""

from collections.abc import Callable, Iterable, Mapping

from stream_edits.engine.errors import RequiresAbort
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics
from tests.engine.harness import Cluster, Counter, FakeClock, cluster, config
from tests.memory_kafka.calls import InterceptedPort


class Mirror:
    """A copy of the state that only follows what it is told."""

    def __init__(self) -> None:
        self.state: dict[int, dict[bytes, bytes]] = {}

    def opened(self, partition: int, entries: Iterable[tuple[bytes, bytes]]) -> None:
        self.state[partition] = dict(entries)

    def changing(
        self,
        partition: int,
        changes: Mapping[bytes, bytes | None],
        before: Callable[[bytes], bytes | None],
    ) -> None:
        for key, value in changes.items():
            assert before(key) == self.state[partition].get(key)
            if value is None:
                self.state[partition].pop(key, None)
            else:
                self.state[partition][key] = value

    def closed(self, partition: int) -> None:
        del self.state[partition]


def started(broker: Cluster) -> tuple[StageRunner, Mirror]:
    mirror = Mirror()
    port = InterceptedPort(broker, broker)
    runner = StageRunner(config(), Counter(), port, Metrics(), FakeClock(), watch=mirror)
    runner.start()
    for _ in range(20):
        if runner.ready:
            break
        runner.run_round()
    assert runner.ready
    return runner, mirror


def committed(runner: StageRunner) -> dict[int, dict[bytes, bytes]]:
    assert runner._member is not None
    owned = runner._member.partitions.owned
    return {number: each.store.snapshot() for number, each in owned.items()}


def test_it_follows_every_commit_and_deletion() -> None:
    broker = cluster()
    runner, mirror = started(broker)
    for value in (b"x", b"x", b"raise", b"delete", b"x"):
        broker.put("in", 0, b"a", value)
        broker.put("in", 1, b"b", b"x")
        runner.run_round()
        assert mirror.state == committed(runner)
    assert mirror.state == {0: {b"a": b"1"}, 1: {b"b": b"5"}}


def test_it_is_told_nothing_of_an_aborted_transaction() -> None:
    broker = cluster()
    runner, mirror = started(broker)
    broker.put("in", 0, b"a", b"x")
    runner.run_round()
    broker.put("in", 0, b"a", b"x")
    broker.fail("commit", RequiresAbort("_TIMED_OUT"))
    runner.run_round()
    assert mirror.state == {0: {b"a": b"1"}, 1: {}}
    for _ in range(5):
        runner.run_round()
    assert mirror.state == committed(runner) == {0: {b"a": b"2"}, 1: {}}


def test_whoever_restores_is_told_the_whole_state_and_of_its_end() -> None:
    broker = cluster()
    runner, mirror = started(broker)
    broker.put("in", 1, b"b", b"x")
    runner.run_round()
    runner.close()
    assert mirror.state == {}
    _, restored = started(broker)
    assert restored.state == {0: {}, 1: {b"b": b"1"}}
