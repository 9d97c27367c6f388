"""A seeded schedule of everything that goes wrong, and the one thing that must hold throughout:
what is committed equals the pure fold of the input up to the committed offsets."""

from __future__ import annotations

import random
from collections import Counter as Multiset

from stream_edits.engine.errors import (
    ClientError,
    EngineStopped,
    FatalClientError,
    RequiresAbort,
    Retriable,
)
from tests.engine.broker import Broker
from tests.engine.clients import FakeSource
from tests.engine.harness import Counter, Stage, cluster

CALLS = ["begin", "produce_at", "produce", "send_offsets", "commit", "abort", "init", "committed"]
AFTER = {"commit", "abort", "init", "send_offsets"}
RUNNERS = 2
PARTITIONS = 3


class Violation(AssertionError):
    """Committed outputs are not the fold of the committed input."""


def expected(broker: Broker) -> Multiset[bytes]:
    """The fold of each partition's input up to its committed offset."""
    found: Multiset[bytes] = Multiset()
    group = broker.groups.get("g")
    for number in range(PARTITIONS):
        counts: dict[bytes, int] = {}
        upto = group.committed.get(number, 0) if group is not None else 0
        for entry in broker.logs["in", number][:upto]:
            if entry.value == b"bad":
                found[b"dead"] += 1
                continue
            key = entry.key or b""
            counts[key] = counts.get(key, 0) + 1
            found[b"%d/%s=%d" % (number, entry.value or b"", counts[key])] += 1
    return found


def actual(broker: Broker) -> Multiset[bytes]:
    """What is committed, even where a late marker still hides it from readers."""
    found: Multiset[bytes] = Multiset()
    for topic in ("out", "dead"):
        for entry in broker.logs[topic, 0]:
            if entry.marker or entry.txn is None or entry.txn.state != "committed":
                continue
            if topic == "dead":
                found[b"dead"] += 1
                continue
            value, _, count = (entry.value or b"").partition(b":")
            partition = (entry.key or b"")[:1]
            found[b"%s/%s=%s" % (partition, value, count)] += 1
    return found


def source_of(stage: Stage | None) -> FakeSource | None:
    """The group member of a runner that has joined."""
    if stage is None or stage.runner._joined is None:
        return None
    source = stage.runner._joined.source
    assert isinstance(source, FakeSource)
    return source


class Simulation:
    """Two runners on one broker, turned, crashed, evicted and failed by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.broker = cluster(PARTITIONS)
        self.stages: list[Stage | None] = [None] * RUNNERS
        self.sent = 0
        # Runners in the middle of a turn: a zombie's rivals must not turn it.
        self.busy: set[int] = set()

    def run(self, steps: int = 150) -> None:
        """Raises Violation."""
        for _ in range(steps):
            self.step()
            if expected(self.broker) != actual(self.broker):
                raise Violation("after a step")
        self.broker.faults.clear()
        if self.broker.late_markers is not None:
            self.broker.release_markers()
        for _ in range(80):
            for index in range(RUNNERS):
                self.turn(index)
            self.expire()
        done = self.broker.groups["g"].committed
        for number in range(PARTITIONS):
            if done.get(number, 0) != len(self.broker.logs["in", number]):
                raise Violation("not everything was processed")
        if expected(self.broker) != actual(self.broker):
            raise Violation("at the end")

    def step(self) -> None:
        """One random thing."""
        actions = [self.send] * 6 + [self.turn_any] * 20
        actions += [
            self.crash,
            self.evict,
            self.zombie,
            self.fault,
            self.fault,
            self.expire,
            self.markers,
        ]
        self.random.choice(actions)()

    def send(self) -> None:
        number = self.random.randrange(PARTITIONS)
        self.sent += 1
        value = b"bad" if self.random.random() < 0.1 else b"%d" % self.sent
        self.broker.put("in", number, b"%d%d" % (number, self.random.randrange(2)), value)

    def turn_any(self) -> None:
        self.turn(self.random.randrange(RUNNERS))

    def turn(self, index: int) -> None:
        """Turn a runner, started anew if it had ended."""
        stage = self.stages[index]
        if index in self.busy:
            return
        self.busy.add(index)
        try:
            if stage is None:
                stage = Stage(
                    self.broker, Counter(), transactional_id=f"g-count-{index}", batch_size=3
                )
                self.stages[index] = stage
                stage.runner.start()
            stage.turn()
        except (EngineStopped, ClientError):
            if stage is not None:
                stage.runner.close()
                # A faulted close must not leave a member that nobody polls.
                self._leave(stage)
            self.stages[index] = None
        finally:
            self.busy.discard(index)

    def crash(self) -> None:
        """SIGKILL: nothing is closed; the session times out."""
        index = self.random.randrange(RUNNERS)
        stage = self.stages[index]
        if stage is not None:
            self._leave(stage)
            self.stages[index] = None

    def evict(self) -> None:
        """A pause beyond the session time-out: the member finds out when it polls again."""
        stage = self.stages[self.random.randrange(RUNNERS)]
        source = source_of(stage)
        if source is not None:
            self.broker.kick(source)

    def zombie(self) -> None:
        """A pause in the middle of a batch: others take over and work before it commits."""
        index = self.random.randrange(RUNNERS)
        stage = self.stages[index]
        source = source_of(stage)
        if stage is None or source is None:
            return

        def meanwhile() -> None:
            self.broker.kick(source)
            for _ in range(8):
                self.turn(1 - index)

        stage.processor.meanwhile = meanwhile

    def fault(self) -> None:
        call = self.random.choice(CALLS)
        kinds: list[Exception] = [Retriable("_TIMED_OUT"), FatalClientError("_FENCED")]
        if call not in ("abort", "init", "committed"):
            kinds.append(RequiresAbort("_STATE"))
        error = self.random.choice(kinds)
        after = call in AFTER and not isinstance(error, RequiresAbort)
        self.broker.fail(call, error, after=after and self.random.random() < 0.5)

    def expire(self) -> None:
        """The coordinator aborts what a dead producer left open, and fences it."""
        alive = {
            stage.runner._transactions._sink
            for stage in self.stages
            if stage is not None and stage.runner._transactions is not None
        }
        for sink in list(self.broker.producers.values()):
            if sink.txn is not None and sink not in alive:
                self.broker.finish(sink.txn, "aborted")
                sink.txn, sink.fenced = None, True

    def markers(self) -> None:
        """Hold the end markers of transactions back for a while, or write them."""
        if self.broker.late_markers is None:
            self.broker.late_markers = []
        else:
            self.broker.release_markers()

    def _leave(self, stage: Stage) -> None:
        source = source_of(stage)
        for known in self.broker.sources:
            if known is source or known.config is stage.config:
                self.broker.leave(known)
