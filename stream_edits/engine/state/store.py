"""State: a store in memory, and the overlay that makes a rollback cheap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import EngineStopped

PROGRESS_KEY = b"__progress__"


class MemoryStore:
    """Values by key, in a dict. It is a `StateView` itself, for use without a broker."""

    __slots__ = ("_entries", "get", "size_bytes")

    def __init__(self) -> None:
        self._entries: dict[bytes, bytes] = {}
        # Of keys and values. Updated with every change, because adding them up takes too long.
        self.size_bytes = 0
        # The dict's method itself saves a call in every look-up.
        self.get = self._entries.get

    def put(self, key: bytes, value: bytes) -> None:
        """Set a value. Raises ValueError for the reserved key, TypeError for other than bytes."""
        check_entry(key, value)
        self.apply({key: value})

    def delete(self, key: bytes) -> None:
        """Remove a key, if it exists."""
        self.apply({key: None})

    def note_size(self, items: int) -> None:
        """Nobody measures a store without a stage."""

    def apply(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Apply committed changes; None deletes a key."""
        entries, size = self._entries, self.size_bytes
        for key, value in changes.items():
            before = entries.pop(key, None) if value is None else entries.get(key)
            if before is not None:
                size -= len(key) + len(before)
            if value is not None:
                entries[key] = value
                size += len(key) + len(value)
        self.size_bytes = size

    def entries(self) -> Iterable[tuple[bytes, bytes]]:
        """Every key with its value."""
        return self._entries.items()

    def __len__(self) -> int:
        return len(self._entries)

    def snapshot(self) -> dict[bytes, bytes]:
        """A copy of all entries, for comparisons."""
        return dict(self._entries)


class UncommittedState:
    """A `StateView` of two layers over a store: the changes of the event over those of the batch.

    Nothing reaches the store before `merge`, so a failed event or an aborted transaction is undone
    by clearing a dict.
    """

    __slots__ = ("_base", "_store", "batch", "event", "largest")

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._base = store.get
        self.batch: dict[bytes, bytes | None] = {}
        self.event: dict[bytes, bytes | None] = {}
        # The most items of a key that the batch touched.
        self.largest = 0

    def get(self, key: bytes) -> bytes | None:
        """The newest value: from this event, from this batch, or committed."""
        if key in self.event:
            return self.event[key]
        if key in self.batch:
            return self.batch[key]
        return self._base(key)

    def put(self, key: bytes, value: bytes) -> None:
        """Set a value. Raises ValueError for the reserved key, TypeError for other than bytes."""
        check_entry(key, value)
        self.event[key] = value

    def delete(self, key: bytes) -> None:
        """Remove a key; it becomes a tombstone in the changelog."""
        check_entry(key, b"")
        self.event[key] = None

    def note_size(self, items: int) -> None:
        """Say how many items the largest key has that the event touched."""
        if items > self.largest:
            self.largest = items

    def keep_event(self) -> None:
        """Move the changes of the event, which succeeded, to the batch."""
        self.batch.update(self.event)
        self.event.clear()

    def drop_event(self) -> None:
        """Undo the changes of the event, which failed."""
        self.event.clear()

    def drop(self) -> None:
        """Undo the changes of the batch, whose transaction was aborted."""
        self.event.clear()
        self.batch.clear()
        self.largest = 0

    def merge(self) -> None:
        """Apply the changes of the batch, whose transaction was committed, to the store."""
        self._store.apply(self.batch)
        self.batch.clear()
        self.largest = 0


class NoState(UncommittedState):
    """The view of a stage without a changelog: always empty.

    A write stops the runner, because the state would be lost at the next rebalance.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(MemoryStore())

    def put(self, key: bytes, value: bytes) -> None:
        """Raises EngineStopped."""
        raise EngineStopped("a stage without a changelog wrote state: give it a changelog topic")

    def delete(self, key: bytes) -> None:
        """Raises EngineStopped."""
        self.put(key, b"")


def check_entry(key: bytes, value: bytes) -> None:
    """Raise ValueError or TypeError if the entry cannot be stored. The texts quote neither part."""
    if type(key) is not bytes or type(value) is not bytes:
        raise TypeError("state keys and values are bytes")
    if key == PROGRESS_KEY:
        raise ValueError("the state key __progress__ is reserved for the engine")
