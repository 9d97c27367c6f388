"""The log of a partition: data, transaction markers, holes, ends, compaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stream_edits.engine.ports import Headers

Place = tuple[str, int]


@dataclass(eq=False)
class Txn:
    """A transaction and its state: `open`, `committed` or `aborted`."""

    transactional_id: str
    state: str = "open"
    entries: list[tuple[Place, Entry]] = field(default_factory=list)
    touched: set[Place] = field(default_factory=set)
    group: str | None = None
    offsets: dict[int, int] = field(default_factory=dict)
    topic_id: str | None = None


class Entry(NamedTuple):
    """A slot of a log: data, or the end marker of a transaction (`marker`)."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int
    txn: Txn | None = None
    marker: bool = False

    @property
    def committed(self) -> bool:
        """True for data that readers get, once no earlier open transaction hides it."""
        return not self.marker and (self.txn is None or self.txn.state == "committed")


class Log:
    """A partition. The index of an entry is its offset; None is a hole left by compaction."""

    def __init__(self) -> None:
        self.entries: list[Entry | None] = []
        # The first offset that is not deleted.
        self.first = 0
        # The first offset of each transaction without a marker in this log.
        self._open: dict[Txn, int] = {}
        self._old_tombstones: set[int] = set()

    @property
    def end(self) -> int:
        """The log end offset, including open transactions."""
        return len(self.entries)

    @property
    def stable_end(self) -> int:
        """The last stable offset, where the first open transaction begins."""
        return min(self._open.values()) if self._open else len(self.entries)

    def append(self, entry: Entry) -> None:
        """Append data."""
        if entry.txn is not None:
            self._open.setdefault(entry.txn, len(self.entries))
        self.entries.append(entry)

    def mark(self, txn: Txn, now_ms: int) -> None:
        """Append the end marker of a transaction."""
        self._open.pop(txn, None)
        self.entries.append(Entry(None, None, (), now_ms, txn, marker=True))

    def visible(self, start: int = 0) -> Iterator[tuple[int, Entry]]:
        """The entries that a read_committed reader sees from `start` on, with offsets."""
        for offset in range(max(start, self.first), self.stable_end):
            entry = self.entries[offset]
            if entry is not None and entry.committed:
                yield offset, entry

    def compact(self, drop_tombstones: bool) -> None:
        """Keep the last value of each key, up to the last stable offset. Offsets do not change.

        A tombstone is removed in the second run only, and only with `drop_tombstones`: a broker
        keeps it for delete.retention.ms, so that readers reach it.
        """
        stable = self.stable_end
        last = {entry.key: offset for offset, entry in self.visible()}
        for offset in range(self.first, stable):
            entry = self.entries[offset]
            if entry is None or entry.marker:
                continue
            if not entry.committed or last[entry.key] != offset:
                self.entries[offset] = None
            elif entry.value is None:
                if drop_tombstones and offset in self._old_tombstones:
                    self.entries[offset] = None
                self._old_tombstones.add(offset)
