"""The group member."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import FatalClientError, LostOffset, Retriable
from stream_edits.engine.ports import AssignmentListener, Committed, Record, Watermarks
from tests.memory_kafka.group import Group, Member

if TYPE_CHECKING:
    from tests.memory_kafka.broker import Broker


class MemorySource:
    """A group member in memory.

    `deaf` is the number of polls until the member learns that it was evicted. With `prefetched`,
    `consume` returns records that were read before a rebalance in the same call, as librdkafka may.
    With `forgotten`, the next poll gives up the partitions, and the coordinator's answer to that is
    lost together with the membership: the client then waits, until it is replaced.
    """

    def __init__(self, broker: Broker, config: StageConfig, name: str) -> None:
        self.broker = broker
        self.config = config
        self.topic = config.input_topic
        self.member = Member(name, config.group_instance_id, config.transactional_id)
        self.listener: AssignmentListener | None = None
        self.positions: dict[int, int] = {}
        self.paused: set[int] = set()
        self.deaf = 0
        self.prefetched = False
        self.forgotten = False
        self.closed = False
        self._owning = False

    @property
    def group(self) -> Group:
        """Its group."""
        return self.broker.group(self.config)

    @property
    def current(self) -> bool:
        """True if it is a member of the newest generation."""
        group = self.group
        return self.member in group.members and self.member.generation == group.generation

    def subscribe(self, listener: AssignmentListener) -> None:
        self.listener = listener
        if self.member in self.group.members:
            self.group.rebalance()
        else:
            self.group.join(self.member)

    def join_as_new_member(self, listener: AssignmentListener) -> None:
        self.close()
        self.group.remove(self.member)
        self.closed = self.forgotten = False
        self.member = Member(self.member.name, self.member.instance, self.member.client_id)
        self.subscribe(listener)

    def consume(self, limit: int, timeout_s: float) -> list[Record]:
        before = self._fetch(limit) if self.prefetched else []
        if self.listener is not None:
            if self.deaf:
                self.deaf -= 1
            else:
                self._serve(self.listener)
        return before + self._fetch(limit - len(before))

    def committed(
        self, partitions: Collection[int], timeout_s: float
    ) -> dict[int, Committed | None]:
        group = self.group
        if group.unstable(set(partitions)):
            raise Retriable("UNSTABLE_OFFSET_COMMIT")
        return {
            number: Committed(group.committed[number], group.topic_ids.get(number))
            if number in group.committed
            else None
            for number in partitions
        }

    def watermarks(self, partition: int, timeout_s: float) -> Watermarks:
        log = self.broker.logs[self.topic, partition]
        return Watermarks(log.first, log.end)

    def cached_high_watermark(self, partition: int) -> int | None:
        return self.broker.logs[self.topic, partition].end

    def position(self, partition: int) -> int | None:
        return self.positions.get(partition)

    def assign(self, offsets: Mapping[int, int]) -> None:
        self.positions = dict(offsets)
        self.paused.clear()

    def seek(self, offsets: Mapping[int, int]) -> None:
        if not offsets.keys() <= self.positions.keys():
            raise FatalClientError("_STATE: sought what is not assigned")
        self.positions.update(offsets)

    def pause(self, partitions: Collection[int]) -> None:
        self.paused.update(partitions)

    def resume(self, partitions: Collection[int]) -> None:
        self.paused.difference_update(partitions)

    def group_metadata(self) -> object:
        return (self.member, self.member.generation)

    def close(self) -> None:
        self.closed = True
        if self.listener is not None and self.member in self.group.members:
            self._revoke(self.listener)
            if self.member.instance is None:
                self.group.remove(self.member)

    def _serve(self, listener: AssignmentListener) -> None:
        """Fetch the coordinator's answer and run the callbacks, like the client's poll."""
        if self.member.replaced:
            raise FatalClientError("FENCED_INSTANCE_ID")
        if self.forgotten:
            self._revoke(listener)
            self.group.remove(self.member)
            return
        if self.member not in self.group.members:
            self._lose(listener)
            return
        if self.group.rebalancing and not self.member.joined:
            self._revoke(listener)
            self.group.rejoin(self.member)
        if self.member.pending is not None:
            owned, self.member.pending = self.member.pending, None
            self._owning = True
            listener.on_assign(owned)

    def _lose(self, listener: AssignmentListener) -> None:
        owned, self._owning = self._owning, False
        lost = list(self.positions)
        self.positions.clear()
        self.paused.clear()
        if owned:
            listener.on_lost(lost)
        self.member = Member(self.member.name, self.member.instance, self.member.client_id)
        self.group.join(self.member)

    def _revoke(self, listener: AssignmentListener) -> None:
        """Run the callback, which may still query and commit. Then the assignment is gone."""
        if self._owning:
            self._owning = False
            listener.on_revoke(list(self.positions))
        self.positions.clear()
        self.paused.clear()

    def _fetch(self, limit: int) -> list[Record]:
        records: list[Record] = []
        for number in sorted(self.positions.keys() - self.paused):
            position = self.positions[number]
            log = self.broker.logs[self.topic, number]
            if not log.first <= position <= log.end:
                raise LostOffset(f"offset {position} of partition {number} is not in the log")
            while position < log.stable_end and len(records) < limit:
                entry = log.entries[position]
                if entry is not None and entry.committed:
                    records.append(Record(self.topic, number, position, *entry[:4]))
                position += 1
            self.positions[number] = position
        return records
