"""The consumer group of a stage: who owns what, and what is committed."""

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
    """What the processes of one stage share: costs in seconds, and how they take batches."""

    def __init__(
        self,
        cpu_s: float,
        transaction_s: float,
        seen_s: float,
        batch_size: int,
        linger_s: float,
        restore_s: float = 0.0,
    ) -> None:
        """`cpu_s` is for a record, `restore_s` for the state of a partition; `seen_s` passes from a
        commit until a reader sees what it wrote."""
        if linger_s <= 0:
            raise ValueError("a stage that does not wait at all would never let time pass")
        self.cpu_s = cpu_s
        self.transaction_s = transaction_s
        self.seen_s = seen_s
        self.batch_size = batch_size
        self.linger_s = linger_s
        self.restore_s = restore_s


class _Round:
    """A rebalance: by when each member has heard of it, who has joined, and its end."""

    def __init__(self, assigned: simpy.Event) -> None:
        self.assigned = assigned
        self.heard: dict[Member, float] = {}
        self.joined: set[Member] = set()


class Group(Stage):
    """The members of a stage, under the eager `range` assignor; topics in and onward."""

    def __init__(
        self, env: simpy.Environment, stage: Stage, topic: Topic, onward: Onward, dice: Random
    ) -> None:
        """`onward` says where a claim goes from here."""
        super().__init__(**vars(stage))
        self._env = env
        self._topic = topic
        self._onward = onward
        self._dice = dice
        self._round: _Round | None = None
        self._open: simpy.Process | None = None
        self._fenced: simpy.Event | None = None
        self._owner: list[Member | None] = [None] * len(topic.logs)
        self.members: list[Member] = []
        self.committed = [0] * len(topic.logs)
        topic.listener = self._heard

    def begin(self, members: Sequence[Member]) -> None:
        """These share the partitions from the start, and have restored them."""
        self.members = list(members)
        self._assign(restored=True)
        for member in members:
            member.start()

    def unread(self, partition: int) -> int:
        """Records that are visible and not committed."""
        return len(self._topic.logs[partition]) - self.committed[partition]

    @property
    def lag(self) -> int:
        """The same of all partitions."""
        return sum(map(self.unread, range(len(self.committed))))

    @property
    def ready(self) -> bool:
        """Every partition has an owner that is at work on it."""
        return self._round is None and all(
            owner is not None and owner.works_on(partition)
            for partition, owner in enumerate(self._owner)
        )

    def commit(self, batch: Batch) -> None:
        """The claims are decided or on their way, and the offsets are past them, all at once."""
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
        """A process died in the transaction of this batch: until it is ended, readers see nothing
        that follows, and the offsets of this group are not known."""
        touched = list(dict.fromkeys(self._onward(claim) for claim in self._claims(batch)))
        for topic, partition in touched:
            topic.hide([partition])
        self._fenced = self._env.event()
        self._open = self._env.process(self._end_open(touched, self._fenced))

    def fence(self) -> None:
        """The process is back: its first act ends the transaction that it had left open."""
        if self._open is not None and self._fenced is not None and not self._fenced.triggered:
            self._fenced.succeed()

    def settle(self, member: Member) -> Steps:
        """Take part in the rebalance that the member has heard of, if there is one."""
        while self._round is not None and self._env.now >= self._round.heard[member]:
            current = self._round
            current.joined.add(member)
            self._complete()
            member.stands_still = True
            yield current.assigned
            member.stands_still = False

    def join(self, member: Member) -> None:
        """A new process of the stage."""
        self.members.append(member)
        self._begin_round(at_once=member)
        member.start()

    def expire(self, member: Member) -> None:
        """The session of a dead process has timed out."""
        self.members.remove(member)
        self._begin_round()
        self._complete()

    def _begin_round(self, at_once: Member | None = None) -> None:
        if self._round is None:
            self._round = _Round(self._env.event())
        for member in self.members:
            late = 0.0 if member is at_once else self._dice.uniform(0, HEARTBEAT_S)
            self._round.heard.setdefault(member, self._env.now + late)

    def _complete(self) -> None:
        """Once all have joined, the dead ones too that still count, who never do."""
        if self._round is not None and self._round.joined >= set(self.members):
            current, self._round = self._round, None
            self._env.process(self._end_round(current))

    def _end_round(self, current: _Round) -> Steps:
        if self._open is not None:
            # Where to start is not known before: the offsets may yet be committed.
            yield self._open
        self._assign()
        current.assigned.succeed()

    def _assign(self, restored: bool = False) -> None:
        """Ranges of partitions, in the order of the members' names."""
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

    def _heard(self, partition: int, claims: Sequence[Claim]) -> None:
        owner = self._owner[partition]
        if owner is not None:
            owner.heard(len(claims))
