"""A small Kafka in memory: transactions, aborted data, last stable offset, groups with eager
rebalances and generations, transactional offsets. Deterministic, single-threaded.

`faults` makes a call fail: `broker.fail("commit", error)` raises it before the effect,
`broker.fail("commit", error, after=True)` after it. Calls of all clients share one queue by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stream_edits.engine.config import StageConfig
from stream_edits.engine.ports import Headers, Output

if TYPE_CHECKING:
    from tests.engine.clients import FakeReader, FakeSink, FakeSource


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
                if is_committed(entry):
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
            if entry.txn is not None and not entry.marker and not is_marked(log, entry.txn):
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
        from tests.engine.clients import FakeSource

        source = FakeSource(self, config)
        self.sources.append(source)
        return source

    def sink(self, config: StageConfig) -> FakeSink:
        from tests.engine.clients import FakeSink

        return FakeSink(self, config)

    def changelog_reader(self, config: StageConfig) -> FakeReader:
        from tests.engine.clients import FakeReader

        self.readers_open += 1
        return FakeReader(self, config)

    def partition_counts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, int | None]:
        self.note("partition_counts")
        return {topic: self.counts.get(topic) for topic in topics}


def is_marked(log: list[Entry], txn: Txn) -> bool:
    return any(entry.marker and entry.txn is txn for entry in log)


def is_committed(entry: Entry) -> bool:
    return not entry.marker and (entry.txn is None or entry.txn.state == "committed")
