"""The consumer group of a stage: assignment, rebalances, commits."""

from collections.abc import Callable, Sequence
from random import Random

import simpy

from bench.payer.assumptions import HEARTBEAT_S, TRANSACTION_ENDS_S
from bench.payer.claim import Claim
from bench.payer.cores import Steps
from bench.payer.member import Batch, Member
from bench.payer.topic import Topic

Onward = Callable[[Claim], tuple[Topic, int]]


class Stage:
    """The parameters of a stage: costs in seconds, batch size and linger."""

    def __init__(
        self,
        cpu_s: float,
        transaction_s: float,
        seen_s: float,
        batch_size: int,
        linger_s: float,
        restore_s: float = 0.0,
    ) -> None:
        """`cpu_s` is for a record, `restore_s` for the state of a partition. `seen_s` is the time
        from a commit until a reader sees its records. Raises ValueError for a linger of 0."""
        if linger_s <= 0:
            raise ValueError("a stage that does not wait at all would never let time pass")
        self.cpu_s = cpu_s
        self.transaction_s = transaction_s
        self.seen_s = seen_s
        self.batch_size = batch_size
        self.linger_s = linger_s
        self.restore_s = restore_s


class _Round:
    """A rebalance: when each member notices it, which members have joined, and its end."""

    def __init__(self, assigned: simpy.Event) -> None:
        self.assigned = assigned
        self.noticed_at: dict[Member, float] = {}
        self.joined: set[Member] = set()


class Group(Stage):
    """The consumer group of a stage with the eager `range` assignor."""

    def __init__(
        self, env: simpy.Environment, stage: Stage, topic: Topic, onward: Onward, rng: Random
    ) -> None:
        """`onward` gives the next topic and partition of a claim."""
        super().__init__(**vars(stage))
        self._env = env
        self._topic = topic
        self._onward = onward
        self._rng = rng
        self._round: _Round | None = None
        self._open: simpy.Process | None = None
        self._fenced: simpy.Event | None = None
        self._owner: list[Member | None] = [None] * len(topic.logs)
        self.members: list[Member] = []
        self.committed = [0] * len(topic.logs)
        topic.listener = self._on_visible

    def begin(self, members: Sequence[Member]) -> None:
        """Start with these members, which have restored their partitions."""
        self.members = list(members)
        self._assign(restored=True)
        for member in members:
            member.start()

    def unread(self, partition: int) -> int:
        """The number of visible records of a partition that are not committed."""
        return len(self._topic.logs[partition]) - self.committed[partition]

    @property
    def lag(self) -> int:
        """The number of visible records that are not committed, in all partitions."""
        return sum(map(self.unread, range(len(self.committed))))

    @property
    def ready(self) -> bool:
        """Whether every partition has an owner that processes it."""
        return self._round is None and all(
            owner is not None and owner.works_on(partition)
            for partition, owner in enumerate(self._owner)
        )

    def commit(self, batch: Batch) -> None:
        """Commit a batch: its outputs and its offsets together."""
        written: dict[tuple[Topic, int], list[Claim]] = {}
        for claim in self._claims(batch):
            written.setdefault(self._onward(claim), []).append(claim)
        for partition, count in batch.items():
            self.committed[partition] += count

        def seen(_: simpy.Event) -> None:
            for (topic, partition), claims in written.items():
                topic.append(partition, claims)

        visible = self._env.timeout(self.seen_s)
        assert visible.callbacks is not None
        visible.callbacks.append(seen)

    def leave_open(self, batch: Batch) -> None:
        """Leave the transaction of this batch open, because its process died.

        Until it is aborted, readers do not see later records, and the group's offsets are unknown.
        """
        touched = list(dict.fromkeys(self._onward(claim) for claim in self._claims(batch)))
        for topic, partition in touched:
            topic.hide([partition])
        self._fenced = self._env.event()
        self._open = self._env.process(self._end_open(touched, self._fenced))

    def fence(self) -> None:
        """Abort the open transaction, because its process has restarted and fences it."""
        if self._open is not None and self._fenced is not None and not self._fenced.triggered:
            self._fenced.succeed()

    def settle(self, member: Member) -> Steps:
        """Take part in a rebalance, if the member has noticed one."""
        while self._round is not None and self._env.now >= self._round.noticed_at[member]:
            current = self._round
            current.joined.add(member)
            self._complete()
            member.paused = True
            yield current.assigned
            member.paused = False

    def join(self, member: Member) -> None:
        """Add a new process of the stage, which starts a rebalance."""
        self.members.append(member)
        self._begin_round(at_once=member)
        member.start()

    def expire(self, member: Member) -> None:
        """Remove a dead process whose session has timed out, which starts a rebalance."""
        self.members.remove(member)
        self._begin_round()
        self._complete()

    def _begin_round(self, at_once: Member | None = None) -> None:
        if self._round is None:
            self._round = _Round(self._env.event())
        for member in self.members:
            late = 0.0 if member is at_once else self._rng.uniform(0, HEARTBEAT_S)
            self._round.noticed_at.setdefault(member, self._env.now + late)

    def _complete(self) -> None:
        """End the rebalance if all members have joined. A dead member never joins."""
        if self._round is not None and self._round.joined >= set(self.members):
            current, self._round = self._round, None
            self._env.process(self._end_round(current))

    def _end_round(self, current: _Round) -> Steps:
        if self._open is not None:
            # The offsets are unknown before: they may still be committed.
            yield self._open
        self._assign()
        current.assigned.succeed()

    def _assign(self, restored: bool = False) -> None:
        """Assign ranges of partitions, in order of the members' names."""
        first, count = 0, len(self.committed)
        for number, member in enumerate(sorted(self.members, key=lambda each: each.name)):
            share = count // len(self.members) + (number < count % len(self.members))
            mine = list(range(first, first + share))
            for partition in mine:
                self._owner[partition] = member
            member.owns(mine, restored)
            first += share

    def _end_open(self, touched: list[tuple[Topic, int]], fenced: simpy.Event) -> Steps:
        yield fenced | self._env.timeout(TRANSACTION_ENDS_S)
        self._open = None
        for topic, partition in touched:
            topic.show([partition])

    def _claims(self, batch: Batch) -> list[Claim]:
        return [
            claim
            for partition, count in batch.items()
            for claim in self._topic.logs[partition][
                self.committed[partition] : self.committed[partition] + count
            ]
        ]

    def _on_visible(self, partition: int, claims: Sequence[Claim]) -> None:
        owner = self._owner[partition]
        if owner is not None:
            owner.add_unread(len(claims))
