"""A cluster, some processes of one stage, and everything that can happen to them.

Every public action takes plain values, so that a seed or Hypothesis can choose them (see
`actions`). `check` must pass after each. `settle` ends all faults, and then everything must drain.
"""

from __future__ import annotations

from tests.memory_kafka.log import Txn
from tests.simulation.cluster import PARTITIONS
from tests.simulation.fleet import RUNNERS
from tests.simulation.invariants import GROUP, Kind, Violation
from tests.simulation.ledger import REVIEW
from tests.simulation.operations import Operations

_ROUNDS = 150


class World(Operations):
    """The fleet, its input and its cluster, and the invariants that fold the input."""

    def __init__(self, static: bool = False, lenient: bool = False) -> None:
        super().__init__(static, lenient)
        self._upstream: list[Txn] = []
        self._sent = 0
        self._reviews: list[tuple[int, bytes, bytes]] = []
        self._checked = (-1, -1)

    # --- actions

    def send(self, partition: int, key: bytes, word: bytes) -> None:
        """Publish an event. A bad one has no key."""
        self._sent += 1
        value = b"%s:%d" % (word, self._sent)
        headers = [("trace", b"\x00%d" % self._sent), ("none", None)]
        self.broker.put("in", partition, None if word == b"bad" else key, value, headers)

    def review(self, partition: int, key: bytes, again: bool) -> None:
        """Publish a review, or the newest one once more."""
        self.counts["reviews"] += 1
        if not (again and self._reviews):
            self._sent += 1
            self._reviews.append((partition, key, b"%s:%d" % (REVIEW, self._sent)))
        partition, key, value = self._reviews[-1]
        self.broker.put("in", partition, key, value, ())

    def send_in_transaction(self, partition: int, state: str) -> None:
        """Publish two events in one transaction, which is committed, aborted or left open."""
        txn = Txn("upstream")
        for _ in range(2):
            self._sent += 1
            self.broker.put("in", partition, b"k0", b"plain:%d" % self._sent, (), txn)
        if state == "open":
            self._upstream.append(txn)
        else:
            self.broker.finish(txn, state)

    def end_upstream(self, state: str) -> None:
        """End the oldest transaction left open by a publisher."""
        if self._upstream:
            self.broker.finish(self._upstream.pop(0), state)

    def work(self, rounds: int, key: bytes) -> None:
        """Publish events on all partitions, and run each runner."""
        for _ in range(rounds):
            for partition in range(PARTITIONS):
                self.send(partition, key, b"plain")
            for runner in range(RUNNERS):
                self.turn(runner, prefetched=True)
                self.check()

    def away(self, away: bool) -> None:
        """Take away what the stage needs besides Kafka, or give it back."""
        self.outside.away = away

    def hold_markers(self) -> None:
        """Delay transaction markers from now on."""
        self.broker.late = True

    def write_marker(self, number: int) -> None:
        """Write one of the late markers."""
        if self.broker.markers:
            self.broker.write_marker(number)

    def release_markers(self) -> None:
        """Write all late markers."""
        self.broker.release_markers()

    def compact(self, partition: int) -> None:
        """Compact the changelog."""
        self.counts["compactions"] += 1
        self.broker.compact("log", partition)

    def expire_input(self, partition: int) -> None:
        """Delete committed events, as retention does."""
        if not self.replaced:
            log = self.broker.logs["in", partition]
            log.first = self.invariants.committed.get(partition, log.first)

    # --- checks

    def check(self) -> None:
        """Check the invariants. Raises Violation."""
        now = (len(self.broker.decided), self.counts["compactions"])
        self.invariants.check()
        if now != self._checked:
            self.invariants.check_changelog()
            self._checked = now
        for process in self.processes:
            if process is not None and process.partitions is not None:
                self.invariants.check_memory(process.partitions)

    def settle(self) -> None:
        """End all faults: everything must be processed.

        Each process may end once more, by what was begun before. Raises Violation.
        """
        self.check()
        self.outside.away = False
        self.broker.release_markers()
        self.operate()
        while self._upstream:
            self.end_upstream("committed")
        for runner, plan in enumerate(self.plans):
            plan.disarm()
            self.start(runner)
        before = self.ended.copy()
        for _ in range(_ROUNDS):
            self.deliver()
            self.expire()
            for runner in range(RUNNERS):
                self.wait(runner, 5.0)
                self.turn(runner, False)
            self.check()
            if max((self.ended - before).values(), default=0) > 1:
                raise Violation(Kind.STUCK, "a process ended again after the faults")
            if self._drained():
                return
        raise Violation(Kind.STUCK, f"at {self.invariants.committed}")

    @property
    def rebalances(self) -> int:
        """The number of assignments of the group's partitions."""
        return self.broker.groups[GROUP].generation if GROUP in self.broker.groups else 0

    def _drained(self) -> bool:
        ends = {}
        for number in range(PARTITIONS):
            offsets = [offset for offset, _ in self.broker.logs["in", number].visible()]
            ends[number] = offsets[-1] + 1 if offsets else 0
        behind = any(self.invariants.at(n) < end for n, end in ends.items())
        return not behind and all(process and process.idle for process in self.processes)
