"""One process of a stage: a model of the loop in `stream_edits.engine.runner`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import simpy

from bench.payer.cores import Cores, Steps

if TYPE_CHECKING:
    from bench.payer.group import Group

# The longest wait for a first record, as in the engine's inbox.
_IDLE_S = 0.1

# The number of records of each partition in a transaction.
Batch = dict[int, int]


class Member:
    """A member of a group: processes and commits batches, joins rebalances, restores state."""

    def __init__(self, env: simpy.Environment, group: "Group", cores: Cores, name: float) -> None:
        """`name` is the sort key for the range assignor."""
        self._env = env
        self._group = group
        self._cores = cores
        self._begun: simpy.Event | None = None
        self._filled: simpy.Event | None = None
        self._first = 0
        self.name = name
        self.partitions: list[int] = []
        self.restored: set[int] = set()
        self.unread = 0
        # CPU seconds.
        self.worked_s = 0.0
        # True during a rebalance.
        self.paused = False
        # Set to end the process: after its batch, or in the middle of its next transaction.
        self.leaves = False
        self.dies_in_transaction = False
        self.process: simpy.Process | None = None

    def start(self) -> None:
        """Start or restart the process, without state."""
        self.leaves = self.dies_in_transaction = False
        self._group.fence()
        self.owns(self.partitions)
        self.process = self._env.process(self._run())

    def owns(self, partitions: list[int], restored: bool = False) -> None:
        """Set its partitions. It starts at the group's committed offsets."""
        self.partitions = partitions
        self.restored = set(partitions) if restored else self.restored & set(partitions)
        self.unread = sum(self._group.unread(partition) for partition in partitions)

    def works_on(self, partition: int) -> bool:
        """Whether it is running, and has restored this partition."""
        alive = self.process is not None and self.process.is_alive
        return alive and not self.paused and partition in self.restored

    def add_unread(self, records: int) -> None:
        """Note that its partitions have this many new records."""
        self.unread += records
        if self._begun is not None:
            self._begun.succeed()
            self._begun = None
        if self._filled is not None and self.unread >= self._group.batch_size:
            self._filled.succeed()
            self._filled = None

    def _run(self) -> Steps:
        try:
            while not self.leaves:
                yield from self._group.settle(self)
                yield from self._restore()
                yield from self._fill()
                batch = self._take()
                if batch:
                    yield from self._work(batch)
                if self.dies_in_transaction and batch:
                    break
        except simpy.Interrupt:
            pass
        self.restored.clear()

    def _restore(self) -> Steps:
        """Restore new partitions. All its partitions pause during this, as in the engine."""
        cold = set(self.partitions) - self.restored
        if cold:
            yield self._env.timeout(len(cold) * self._group.restore_s)
            self.restored |= cold

    def _fill(self) -> Steps:
        """Wait for a first record, then until the batch is full, but no longer than the linger."""
        if not self.unread:
            self._begun = self._env.event()
            yield self._begun | self._env.timeout(_IDLE_S)
            self._begun = None
        if not self.unread or self.unread >= self._group.batch_size:
            return
        self._filled = self._env.event()
        yield self._filled | self._env.timeout(self._group.linger_s)
        self._filled = None

    def _take(self) -> Batch:
        batch: Batch = {}
        room = self._group.batch_size
        for partition in self._in_turn():
            taken = min(room, self._group.unread(partition))
            if taken:
                batch[partition] = taken
                room -= taken
        self.unread -= sum(batch.values())
        return batch

    def _in_turn(self) -> Iterator[int]:
        """Its partitions, in round-robin order."""
        self._first += 1
        for number in range(len(self.partitions)):
            yield self.partitions[(self._first + number) % len(self.partitions)]

    def _work(self, batch: Batch) -> Steps:
        seconds = self._group.cpu_s * sum(batch.values())
        yield from self._cores.work(seconds)
        self.worked_s += seconds
        if self.dies_in_transaction:
            yield self._env.timeout(self._group.transaction_s / 2)
            self._group.leave_open(batch)
            return
        yield self._env.timeout(self._group.transaction_s)
        self._group.commit(batch)
