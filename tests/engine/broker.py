"""A small Kafka in memory: transactions, aborted data, last stable offset, groups with eager
rebalances and generations, transactional offsets. Deterministic, single-threaded.

`faults` makes a call fail: `broker.fail("commit", error)` raises it before the effect,
`broker.fail("commit", error, after=True)` after it. Calls of all clients share one queue by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import FatalClientError, LostOffset, RequiresAbort, Retriable
from stream_edits.engine.ports import AssignmentListener, Chunk, Headers, Output, Record


@dataclass
class Entry:
    """A slot of a log: data, or a transaction's end marker (key and value None, `marker`)."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int
    txn: Txn | None = None
    marker: bool = False


@dataclass(eq=False)
class Txn:
    """A transaction and how it ended."""

    state: str = "open"
    touched: set[tuple[str, int]] = field(default_factory=set)
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    group: str = ""


@dataclass(eq=False)
class Member:
    """One member of a group, as the coordinator sees it."""

    name: str
    generation: int = -1
    owned: list[int] = field(default_factory=list)
    pending: list[int] | None = None
    joined: bool = False
    told_revoke: bool = False


@dataclass
class Group:
    """A consumer group of one topic."""

    topic: str
    members: list[Member] = field(default_factory=list)
    generation: int = 0
    rebalancing: bool = False
    committed: dict[int, int] = field(default_factory=dict)


class Broker:
    """The cluster; also the `KafkaPort` of every runner in a test."""

    def __init__(self) -> None:
        self.logs: dict[tuple[str, int], list[Entry]] = {}
        self.first: dict[tuple[str, int], int] = defaultdict(int)
        self.counts: dict[str, int] = {}
        self.groups: dict[str, Group] = {}
        self.producers: dict[str, FakeSink] = {}
        self.calls: list[tuple[str, object]] = []
        self.now_ms = 1_000_000
        self.faults: dict[str, list[tuple[Exception, bool]]] = defaultdict(list)
        self.sources: list[FakeSource] = []
        self.late_markers: list[Callable[[], None]] | None = None
        self.readers_open = 0

    # --- tests' side

    def create(self, topic: str, partitions: int) -> None:
        """Create a topic."""
        self.counts[topic] = partitions
        for number in range(partitions):
            self.logs[topic, number] = []

    def put(
        self,
        topic: str,
        partition: int,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
    ) -> None:
        """Append a record outside any transaction."""
        self.now_ms += 1
        self.logs[topic, partition].append(Entry(key, value, headers, self.now_ms))

    def fail(self, call: str, error: Exception, after: bool = False, times: int = 1) -> None:
        """Make the next `times` of `call` fail."""
        self.faults[call] += [(error, after)] * times

    def visible(self, topic: str, partition: int | None = None) -> list[Output]:
        """What a read_committed reader sees, partition by partition."""
        numbers = range(self.counts[topic]) if partition is None else [partition]
        found = []
        for number in numbers:
            stable = self.stable_end(topic, number)
            for entry in self.logs[topic, number][:stable]:
                if _is_committed(entry):
                    found.append(Output(topic, entry.key, entry.value, entry.headers))
        return found

    def kick(self, source: FakeSource) -> None:
        """The member's session timed out; it hears of it when it next polls."""
        source.evicted = True
        self.leave(source)

    def leave(self, source: FakeSource) -> None:
        """Take the member out of its group."""
        group = self.groups[source.config.group_id]
        if source.member in group.members:
            group.members.remove(source.member)
            self.rebalance(group)

    def release_markers(self) -> None:
        """Write the transaction markers held back since `late_markers` was set."""
        markers, self.late_markers = self.late_markers or [], None
        for write in markers:
            write()

    # --- clients' side

    def note(self, call: str, detail: object = None) -> None:
        """Remember a call, and raise the fault due before it."""
        self.calls.append((call, detail))
        queue = self.faults[call]
        if queue and not queue[0][1]:
            raise queue.pop(0)[0]

    def after(self, call: str) -> None:
        """Raise the fault due after the effect of a call."""
        queue = self.faults[call]
        if queue and queue[0][1]:
            raise queue.pop(0)[0]

    def forgive(self, call: str, kind: type[Exception]) -> None:
        """Take back faults of this kind that are due next."""
        queue = self.faults[call]
        while queue and isinstance(queue[0][0], kind):
            queue.pop(0)

    def names(self) -> list[str]:
        """The calls so far, by name."""
        return [name for name, _ in self.calls]

    def end(self, topic: str, partition: int) -> int:
        """The log end, open transactions included."""
        return len(self.logs[topic, partition])

    def stable_end(self, topic: str, partition: int) -> int:
        """The last stable offset."""
        log = self.logs[topic, partition]
        for offset, entry in enumerate(log):
            if entry.txn is not None and not entry.marker and not _is_marked(log, entry.txn):
                return offset
        return len(log)

    def finish(self, txn: Txn, state: str) -> None:
        """End a transaction: offsets at once, markers now or late."""
        txn.state = state
        if state == "committed":
            for (_, number), offset in txn.offsets.items():
                self.groups[txn.group].committed[number] = offset

        def mark() -> None:
            for place in sorted(txn.touched):
                self.logs[place].append(Entry(None, None, (), self.now_ms, txn, marker=True))

        if self.late_markers is None:
            mark()
        else:
            self.late_markers.append(mark)

    def rebalance(self, group: Group) -> None:
        """Ask every member to give up and join again."""
        group.rebalancing = True
        for member in group.members:
            member.joined = False

    def try_assign(self, group: Group) -> None:
        """When all have joined: a new generation, and ranges."""
        if not group.rebalancing or not all(member.joined for member in group.members):
            return
        group.rebalancing = False
        group.generation += 1
        members = sorted(group.members, key=lambda member: member.name)
        count, each = self.counts[group.topic], len(members)
        start = 0
        for index, member in enumerate(members):
            size = count // each + (1 if index < count % each else 0)
            member.pending = list(range(start, start + size))
            member.generation = group.generation
            start += size

    # --- KafkaPort

    def source(self, config: StageConfig) -> FakeSource:
        source = FakeSource(self, config)
        self.sources.append(source)
        return source

    def sink(self, config: StageConfig) -> FakeSink:
        return FakeSink(self, config)

    def changelog_reader(self, config: StageConfig) -> FakeReader:
        self.readers_open += 1
        return FakeReader(self, config)

    def partition_counts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, int | None]:
        self.note("partition_counts")
        return {topic: self.counts.get(topic) for topic in topics}


def _is_marked(log: list[Entry], txn: Txn) -> bool:
    return any(entry.marker and entry.txn is txn for entry in log)


def _is_committed(entry: Entry) -> bool:
    return not entry.marker and (entry.txn is None or entry.txn.state == "committed")


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
                if _is_committed(entry):
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
                if _is_committed(entry):
                    records.append((number, entry.key or b"", entry.value))
            self.positions[number] = upto
            if upto == stable:
                ends[number] = upto
        return Chunk(records, ends)

    def close(self) -> None:
        self.broker.readers_open -= 1
