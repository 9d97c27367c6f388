"""Mappings that keep what was used last in memory, and the rest in a temporary file.

The file is SQLite's own temporary database: it has no name and goes with the process.
"""

import pickle
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

K = TypeVar("K")
V = TypeVar("V")

# Entries of one mapping in memory. A visit's claims come close together, so few are read back.
IN_MEMORY = 4000
_PAGES_KB = 16_000
_MISSING: Any = object()


class Disk:
    """A temporary database. It is made of what this process itself writes, and of nothing else."""

    def __init__(self) -> None:
        self.room = IN_MEMORY
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in (f"cache_size=-{_PAGES_KB}", "journal_mode=OFF", "synchronous=OFF"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("BEGIN")
        self._tables = 0

    def table(self, columns: str) -> str:
        """Make a table with these columns; returns its name."""
        self._tables += 1
        name = f"t{self._tables}"
        self.run(f"CREATE TABLE {name} ({columns})")
        return name

    def run(self, statement: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement."""
        return self._database.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row of values."""
        self._database.executemany(statement, rows)


class Spilled(MutableMapping[K, V]):
    """A mapping of which at most IN_MEMORY entries are in memory.

    Values are pickled, and must not be changed once they are in it. The order of iteration is that
    of the keys' texts.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._room = disk.room
        self._held: OrderedDict[K, V] = OrderedDict()
        # The keys in memory whose value on disk is not this one.
        self._unsaved: set[K] = set()
        self._on_disk = False
        self._table = disk.table("key TEXT PRIMARY KEY, value BLOB")

    def get(self, key: K, default: Any = None) -> Any:
        found = self._held.get(key, _MISSING)
        if found is not _MISSING:
            self._held.move_to_end(key)
            return found
        if self._on_disk:
            for (value,) in self._disk.run(
                f"SELECT value FROM {self._table} WHERE key = ?", (_text(key),)
            ):
                self._held[key] = loaded = pickle.loads(value)
                self._make_room()
                return loaded
        return default

    def __getitem__(self, key: K) -> V:
        found = self.get(key, _MISSING)
        if found is _MISSING:
            raise KeyError(key)
        return cast(V, found)

    def __setitem__(self, key: K, value: V) -> None:
        self._held[key] = value
        self._held.move_to_end(key)
        self._unsaved.add(key)
        self._make_room()

    def __delitem__(self, key: K) -> None:
        if self.get(key, _MISSING) is _MISSING:
            raise KeyError(key)
        self._held.pop(key, None)
        self._unsaved.discard(key)
        if self._on_disk:
            self._disk.run(f"DELETE FROM {self._table} WHERE key = ?", (_text(key),))

    def __contains__(self, key: object) -> bool:
        return self.get(cast(K, key), _MISSING) is not _MISSING

    def __iter__(self) -> Iterator[K]:
        for key, _ in self.saved():
            yield key

    def __len__(self) -> int:
        self._save(list(self._held))
        (count,) = next(iter(self._disk.run(f"SELECT count(*) FROM {self._table}")))
        return int(count)

    def saved(self) -> Iterator[tuple[K, V]]:
        """Every key with its value. The mapping must not be changed meanwhile."""
        self._save(list(self._held))
        for key, value in self._disk.run(f"SELECT key, value FROM {self._table} ORDER BY key"):
            yield cast(K, key), pickle.loads(value)

    def _make_room(self) -> None:
        if len(self._held) > self._room:
            # Many at once, since one by one costs more.
            oldest = list(islice(self._held, len(self._held) - self._room // 4 * 3))
            self._save(oldest)
            for key in oldest:
                del self._held[key]

    def _save(self, keys: Iterable[K]) -> None:
        changed = [key for key in keys if key in self._unsaved]
        if changed:
            rows = ((_text(key), pickle.dumps(self._held[key], 5)) for key in changed)
            self._disk.run_many(f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)", rows)
            self._unsaved.difference_update(changed)
            self._on_disk = True


def _text(key: object) -> str:
    return key if isinstance(key, str) else repr(key)
