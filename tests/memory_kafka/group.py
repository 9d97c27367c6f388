"""The group coordinator: members, generations, eager rebalances, transactional offsets."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.memory_kafka.log import Txn


@dataclass(eq=False)
class Member:
    """A member as the coordinator sees it. `pending` is an assignment it has not fetched."""

    name: str
    instance: str | None = None
    client_id: str = ""
    generation: int = -1
    assigned: list[int] = field(default_factory=list)
    pending: list[int] | None = None
    joined: bool = False
    # Another process joined with the same group.instance.id.
    replaced: bool = False


@dataclass(eq=False)
class Group:
    """A consumer group of one topic. It assigns ranges in the order of the members' names."""

    topic: str
    partitions: int
    members: list[Member] = field(default_factory=list)
    generation: int = 0
    rebalancing: bool = False
    committed: dict[int, int] = field(default_factory=dict)
    # The topic ids that were committed with the offsets.
    topic_ids: dict[int, str | None] = field(default_factory=dict)
    # Offsets of transactions whose marker is not in the group's own log yet.
    pending: dict[Txn, dict[int, int]] = field(default_factory=dict)

    def join(self, member: Member) -> None:
        """Add a member. All must join again, unless it replaces a static member."""
        former = next(
            (m for m in self.members if m.instance and m.instance == member.instance), None
        )
        if former is not None:
            former.replaced = True
            self.members.remove(former)
        self.members.append(member)
        member.joined = True
        if former is not None and not self.rebalancing:
            member.generation = self.generation
            member.assigned = former.assigned
            member.pending = list(former.assigned)
            return
        self.rebalance(joining=member)

    def rejoin(self, member: Member) -> None:
        """Let a member that has given up its partitions join again."""
        member.joined = True
        # An older assignment that it has not fetched is invalid.
        member.pending = None
        self._complete()

    def remove(self, member: Member) -> None:
        """Remove a member that left or whose session timed out."""
        if member in self.members:
            self.members.remove(member)
            self.rebalance()

    def rebalance(self, joining: Member | None = None) -> None:
        """Make every other member give up its partitions and join again."""
        self.rebalancing = True
        for member in self.members:
            member.joined = member is joining
        self._complete()

    def unstable(self, partitions: set[int]) -> bool:
        """True if an open transaction hides the committed offset of one of the partitions."""
        return any(partitions & offsets.keys() for offsets in self.pending.values())

    def settle(self, txn: Txn) -> None:
        """Apply a transaction whose marker has reached the group's log."""
        offsets = self.pending.pop(txn, {})
        if txn.state == "committed":
            self.committed.update(offsets)
            self.topic_ids.update(dict.fromkeys(offsets, txn.topic_id))

    def forget(self) -> None:
        """Drop the committed offsets: they have expired, or the topic was deleted."""
        self.committed.clear()
        self.topic_ids.clear()

    def decided(self) -> dict[int, int]:
        """The committed offsets, including those that late markers hide."""
        offsets = dict(self.committed)
        for txn, pending in self.pending.items():
            if txn.state == "committed":
                offsets.update(pending)
        return offsets

    def _complete(self) -> None:
        """Start a new generation once all members have joined, and assign ranges."""
        if not self.rebalancing or not all(member.joined for member in self.members):
            return
        self.rebalancing = False
        self.generation += 1
        members = sorted(self.members, key=lambda member: member.name)
        start = 0
        for index, member in enumerate(members):
            more = 1 if index < self.partitions % len(members) else 0
            size = self.partitions // len(members) + more
            member.assigned = list(range(start, start + size))
            member.pending = list(member.assigned)
            member.generation = self.generation
            start += size
