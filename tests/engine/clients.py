"""The clients of the in-memory broker: group member, transactional producer, changelog reader."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import FatalClientError, LostOffset, RequiresAbort, Retriable
from stream_edits.engine.ports import AssignmentListener, Chunk, Headers, Output, Record
from tests.engine.broker import Broker, Entry, Group, Member, Txn, is_committed


class FakeSource:
    """A group member."""

    def __init__(self, broker: Broker, config: StageConfig) -> None:
        self.broker = broker
        self.config = config
        self.topic = config.input_topic
        self.member = Member(f"member-{len(broker.sources)}")
        self.listener: AssignmentListener | None = None
        self.positions: dict[int, int] = {}
        self.paused: set[int] = set()
        self.evicted = False
        self.closed = False
        # Records handed out together with a rebalance, as librdkafka's consume(n) may.
        self.stale_on_rebalance = False

    def subscribe(self, listener: AssignmentListener) -> None:
        self.broker.note("subscribe")
        self.listener = listener
        group = self.broker.groups.setdefault(self.config.group_id, Group(self.topic))
        self._join(group)

    def consume(self, limit: int, timeout_s: float) -> list[Record]:
        self.broker.note("consume")
        group = self.broker.groups[self.config.group_id]
        # As librdkafka: what was read before a rebalance, and what its new assignment yields, may
        # come back from the same call.
        before = self._fetch(limit) if self.stale_on_rebalance else []
        self._serve(group)
        return before + self._fetch(limit - len(before))

    def _join(self, group: Group) -> None:
        group.members.append(self.member)
        self.broker.rebalance(group)
        self.member.joined = True
        self.broker.try_assign(group)

    def _serve(self, group: Group) -> None:
        assert self.listener is not None
        member = self.member
        if self.evicted:
            self.evicted = False
            lost, member.owned = member.owned, []
            self.positions.clear()
            self.listener.on_lost(lost)
            self.member = Member(member.name)
            self._join(group)
            return
        if group.rebalancing and not member.joined:
            self._revoke(member)
            member.joined = True
            self.broker.try_assign(group)
        if member.pending is not None:
            member.owned, member.pending = member.pending, None
            self.listener.on_assign(list(member.owned))

    def _revoke(self, member: Member) -> None:
        assert self.listener is not None
        if member.owned or self.positions:
            self.listener.on_revoke(list(member.owned))
        member.owned = []
        self.positions.clear()
        self.paused.clear()

    def _fetch(self, limit: int) -> list[Record]:
        records: list[Record] = []
        for number in sorted(self.positions):
            if number in self.paused:
                continue
            position = self.positions[number]
            if position < self.broker.first[self.topic, number]:
                raise LostOffset("the committed offset is gone")
            stable = self.broker.stable_end(self.topic, number)
            log = self.broker.logs[self.topic, number]
            while position < stable and len(records) < limit:
                entry = log[position]
                if is_committed(entry):
                    records.append(
                        Record(
                            self.topic,
                            number,
                            position,
                            entry.key,
                            entry.value,
                            entry.headers,
                            entry.timestamp_ms,
                        )
                    )
                position += 1
            self.positions[number] = position
        return records

    def committed(self, partitions: Collection[int], timeout_s: float) -> dict[int, int | None]:
        self.broker.note("committed")
        for sink in self.broker.producers.values():
            txn = sink.txn
            if txn is not None and txn.offsets and txn.group == self.config.group_id:
                raise Retriable("UNSTABLE_OFFSET_COMMIT")
        group = self.broker.groups[self.config.group_id]
        return {number: group.committed.get(number) for number in partitions}

    def low_watermark(self, partition: int, timeout_s: float) -> int:
        self.broker.note("low_watermark")
        return self.broker.first[self.topic, partition]

    def cached_high_watermark(self, partition: int) -> int | None:
        return self.broker.end(self.topic, partition)

    def assign(self, offsets: Mapping[int, int]) -> None:
        self.broker.note("assign", dict(offsets))
        self.positions = dict(offsets)
        self.paused.clear()

    def seek(self, offsets: Mapping[int, int]) -> None:
        self.broker.note("seek", dict(offsets))
        assert offsets.keys() <= self.positions.keys()
        self.positions.update(offsets)

    def pause(self, partitions: Collection[int]) -> None:
        self.broker.note("pause")
        self.paused.update(partitions)

    def resume(self, partitions: Collection[int]) -> None:
        self.broker.note("resume")
        self.paused.difference_update(partitions)

    def group_metadata(self) -> object:
        self.broker.note("group_metadata")
        return (self.member, self.member.generation)

    def close(self) -> None:
        self.broker.note("consumer_close")
        self.closed = True
        if not self.evicted and self.member in self.broker.groups[self.config.group_id].members:
            self._revoke(self.member)
            self.broker.leave(self)
            group = self.broker.groups[self.config.group_id]
            self.broker.try_assign(group)


class FakeSink:
    """A transactional producer."""

    def __init__(self, broker: Broker, config: StageConfig) -> None:
        self.broker = broker
        self.config = config
        self.txn: Txn | None = None
        self.fenced = False
        self.resuming = ""

    def init(self) -> None:
        self._note("init")
        before = self.broker.producers.get(self.config.transactional_id)
        if before is not None and before is not self:
            before.fenced = True
            if before.txn is not None:
                self.broker.finish(before.txn, "aborted")
                before.txn = None
        self.broker.producers[self.config.transactional_id] = self
        self._after("init")

    def begin(self) -> None:
        self._check()
        self._note("begin")
        assert self.txn is None, "a transaction is open"
        self.txn = Txn()

    def produce(self, outputs: Iterable[Output]) -> None:
        self._check()
        self._note("produce")
        for topic, key, value, headers, _ in outputs:
            number = sum(key or b"") % self.broker.counts[topic]
            self._append(topic, number, key, value, headers)

    def produce_at(
        self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes | None]]
    ) -> None:
        self._check()
        self._note("produce_at", partition)
        for key, value in items:
            self._append(topic, partition, key, value, ())

    def send_offsets(self, topic: str, offsets: Mapping[int, int], metadata: object) -> None:
        self._check()
        self._note("send_offsets", dict(offsets))
        assert self.txn is not None
        group = self.broker.groups[self.config.group_id]
        assert isinstance(metadata, tuple)
        member, generation = metadata
        if member not in group.members or generation != group.generation:
            raise RequiresAbort("ILLEGAL_GENERATION")
        self.txn.group = self.config.group_id
        self.txn.offsets.update({(topic, number): offset for number, offset in offsets.items()})
        self._after("send_offsets")

    def commit(self) -> None:
        self._check()
        self._end("commit", "committed")

    def abort(self) -> None:
        self._check()
        self._end("abort", "aborted")

    def close(self) -> None:
        self._note("producer_close")

    def _end(self, call: str, state: str) -> None:
        if self.txn is None:
            # What has ended at the broker cannot turn out to need an abort.
            self.broker.forgive(call, RequiresAbort)
        self._note(call)
        if self.txn is not None:
            txn, self.txn = self.txn, None
            self.broker.finish(txn, state)
            self.resuming = state
        else:
            # Called again after a time-out: the first call went through in the background.
            assert self.resuming == state, f"{call} without a transaction"
        self._after(call)

    def _append(
        self, topic: str, number: int, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        assert self.txn is not None, "produce outside a transaction"
        self.broker.now_ms += 1
        self.txn.touched.add((topic, number))
        self.broker.logs[topic, number].append(
            Entry(key, value, headers, self.broker.now_ms, self.txn)
        )

    def _note(self, call: str, detail: object = None) -> None:
        try:
            self.broker.note(call, detail)
        except FatalClientError:
            self.fenced = True
            raise

    def _after(self, call: str) -> None:
        try:
            self.broker.after(call)
        except FatalClientError:
            self.fenced = True
            raise

    def _check(self) -> None:
        if self.fenced:
            raise FatalClientError("fenced")


class FakeReader:
    """A changelog reader; hands out few records a call, so that restores take several."""

    def __init__(self, broker: Broker, config: StageConfig) -> None:
        self.broker = broker
        self.topic = config.changelog_topic or ""
        self.positions: dict[int, int] = {}

    def end_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        self.broker.note("end_offsets")
        return {number: self.broker.end(self.topic, number) for number in partitions}

    def start(self, partitions: Collection[int]) -> None:
        self.positions = {number: self.broker.first[self.topic, number] for number in partitions}

    def consume(self, limit: int, timeout_s: float) -> Chunk:
        self.broker.note("read_changelog")
        records: list[tuple[int, bytes, bytes | None]] = []
        ends: dict[int, int] = {}
        for number, position in self.positions.items():
            stable = self.broker.stable_end(self.topic, number)
            upto = min(stable, position + 3)
            for entry in self.broker.logs[self.topic, number][position:upto]:
                if is_committed(entry):
                    records.append((number, entry.key or b"", entry.value))
            self.positions[number] = upto
            if upto == stable:
                ends[number] = upto
        return Chunk(records, ends)

    def close(self) -> None:
        self.broker.readers_open -= 1
