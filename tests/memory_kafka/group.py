"""The group coordinator: members, generations, rebalances, transactional offsets.

The clients of cooperative members join again in the background, without a poll of the application,
and keep their partitions meanwhile. Those of eager members give up all partitions first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.memory_kafka.log import Txn


@dataclass(eq=False)
class Member:
    """A member as the coordinator and its client see it.

    `assigned` are its partitions in the newest generation, `pending` the same until the application
    has polled, and `claimed` those that its client says it owns when it joins.
    """

    name: str
    instance: str | None = None
    cooperative: bool = True
    generation: int = -1
    assigned: list[int] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)
    pending: list[int] | None = None
    joined: bool = False
    # Its process runs no more: nothing joins again in the background.
    dead: bool = False
    # Another process joined with the same group.instance.id.
    replaced: bool = False

    @property
    def joins_by_itself(self) -> bool:
        """True unless its application must be polled first."""
        return self.cooperative and self.pending is None and not self.dead


@dataclass(eq=False)
class Group:
    """A consumer group of one topic.

    It assigns ranges in the order of the members' names. Cooperative members keep what they have,
    as far as the shares stay even, and what moves is assigned to nobody until it was given up.
    """

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
        """Let a member join again that has given up what it had to."""
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
        """Make every other member join again."""
        self.rebalancing = True
        for member in self.members:
            member.joined = member is joining or member.joins_by_itself
        self._complete()

    def served(self, member: Member) -> None:
        """The application of a member has polled, and its client joins again if it must."""
        if self.rebalancing and not member.joined and member.joins_by_itself:
            self.rejoin(member)

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
        shares = self._shares(members)
        # Of two that claim the same, the first one is believed.
        claims = {n: m for m in reversed(members) if m.cooperative for n in m.claimed}
        for member in members:
            share = shares[member.name]
            member.assigned = [n for n in share if claims.get(n, member) is member]
            member.pending = list(member.assigned)
            member.generation = self.generation

    def _shares(self, members: list[Member]) -> dict[str, list[int]]:
        """The partitions that each member is to have in the end."""
        if not members:
            return {}
        least, more = divmod(self.partitions, len(members))
        sizes = [least + (index < more) for index in range(len(members))]
        kept: dict[str, list[int]] = {}
        free = set(range(self.partitions))
        for member, size in zip(members, sizes, strict=True):
            kept[member.name] = sorted(free & member.claimed)[:size] if member.cooperative else []
            free.difference_update(kept[member.name])
        left = sorted(free)
        for member, size in zip(members, sizes, strict=True):
            lacking = size - len(kept[member.name])
            kept[member.name] = sorted(kept[member.name] + left[:lacking])
            del left[:lacking]
        return kept
