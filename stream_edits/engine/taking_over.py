"""Partitions that have come to this member: their offsets are asked for, then state is restored.

All this happens in small portions between polls of the group, while the member works on the
partitions that it has already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from stream_edits.metrics import StageMetrics

from . import log
from .changelog import Restore
from .config import StageConfig
from .errors import EngineStopped, Retriable
from .known_topics import KnownTopics
from .ports import ChangelogReader, Clock
from .start_offsets import StartOffsets
from .store import MemoryStore

# How long to wait for an answer, and for records of the changelog: while nothing else is to be
# done, and while other partitions wait for it.
_ASK_S, _ASK_BRIEFLY_S = 5.0, 0.25
_RESTORE_S, _RESTORE_BRIEFLY_S = 0.2, 0.005
# Portions of the changelog that are read between two batches of other partitions.
_PORTIONS = 8
_AGAIN_S = 0.75


class Owned:
    """An owned partition: its committed offset, None before the first commit, and its state.

    `start` is the offset to read from: the committed one, or the first of the log.
    """

    __slots__ = ("committed", "start", "store")

    def __init__(self, committed: int | None, start: int, store: MemoryStore) -> None:
        self.committed = committed
        self.start = start
        self.store = store


class TakingOver:
    """The partitions that are ours and not worked on yet."""

    def __init__(
        self,
        config: StageConfig,
        offsets: StartOffsets,
        known: KnownTopics,
        open_reader: Callable[[], ChangelogReader],
        clock: Clock,
        metrics: StageMetrics,
    ) -> None:
        self._config = config
        self._offsets = offsets
        self._known = known
        self._open_reader = open_reader
        self._clock = clock
        self._metrics = metrics
        # Those whose offset is not known yet, in the order in which they are asked for.
        self._new: list[int] = []
        self._since = self._ask_at = 0.0
        self._apart = False
        # Those whose state is to be read, and those whose state is being read.
        self._cold: dict[int, Owned] = {}
        self._reading: dict[int, Owned] = {}
        self._restore: Restore | None = None

    def __len__(self) -> int:
        return len(self._new) + len(self._cold) + len(self._reading)

    @property
    def offsets(self) -> dict[int, int | None]:
        """The committed offsets that are known, at which state is to be."""
        known = {**self._cold, **self._reading}
        return {number: owned.committed for number, owned in known.items()}

    @property
    def restoring(self) -> bool:
        """True while a changelog is read."""
        return self._restore is not None

    def add(self, partitions: Collection[int]) -> None:
        """These partitions have come."""
        if not self._new:
            self._since = self._ask_at = self._clock.monotonic()
            self._apart = False
        self._new += partitions

    def drop(self, partitions: Collection[int]) -> None:
        """These partitions are not ours any more."""
        self._new = [number for number in self._new if number not in partitions]
        for number in partitions:
            self._cold.pop(number, None)
        if not self._reading.keys().isdisjoint(partitions):
            # The others are read again from the beginning.
            self._cold |= {n: o for n, o in self._reading.items() if n not in partitions}
            self._end_restore()

    def close(self) -> None:
        """Drop all of them."""
        self.drop([*self._new, *self._cold, *self._reading])

    def advance(self, warm: Mapping[int, Owned], busy: bool) -> dict[int, Owned]:
        """Do a portion of the work. Returns the partitions that can be worked on from now on.

        `warm` holds partitions with the state that they had, to be used if it is still the newest.
        `busy` says that other partitions are worked on meanwhile. Raises an EngineStopped.
        """
        ready: dict[int, Owned] = {}
        if self._new and self._clock.monotonic() >= self._ask_at:
            ready |= self._ask(warm, busy)
        if self._restore is None and self._cold:
            self._reading, self._cold = self._cold, {}
            self._restore = Restore(
                self._config,
                self._open_reader(),
                {number: owned.committed for number, owned in self._reading.items()},
                self._clock,
                self._metrics,
                lambda number: self._known.mark(number) is not None,
            )
        if self._restore is not None and self._advance(self._restore, busy):
            ready |= self._restored(self._restore)
        return ready

    def _ask(self, warm: Mapping[int, Owned], busy: bool) -> dict[int, Owned]:
        """Ask for committed offsets, which an open transaction may hide.

        Then the partitions are asked for one by one, so that those which nothing hides can go on.
        """
        asked = self._new[:1] if self._apart else list(self._new)
        try:
            found = self._offsets.committed(asked, _ASK_BRIEFLY_S if busy else _ASK_S)
        except Retriable as failure:
            self._wait(asked, failure, busy)
            return {}
        self._new = self._new[len(asked) :]
        ready: dict[int, Owned] = {}
        for number, offset in found.items():
            owned = Owned(offset, self._offsets.start(number, offset), MemoryStore())
            kept = warm.get(number)
            if self._config.changelog_topic is None:
                ready[number] = owned
            elif kept is not None and kept.committed == offset:
                kept.start = owned.start
                ready[number] = kept
            else:
                self._cold[number] = owned
        return ready

    def _wait(self, asked: list[int], failure: Retriable, busy: bool) -> None:
        """Ask again later. Raises EngineStopped when there was no answer for too long."""
        now = self._clock.monotonic()
        if not busy and now - self._since > self._config.assign_budget_s:
            raise EngineStopped(
                f"no answer about the committed offsets of {self._config.input_topic} for "
                f"{self._config.assign_budget_s:g} s ({failure.code}): check the brokers and look "
                "for a hanging transaction of this group"
            ) from None
        log.warning("client_retry", stage=self._config.stage, call="committed", error=failure.code)
        self._new = [*self._new[len(asked) :], *asked]
        self._apart = True
        self._ask_at = now + _AGAIN_S

    def _advance(self, restore: Restore, busy: bool) -> bool:
        if not busy:
            return restore.advance(_RESTORE_S)
        return any(restore.advance(_RESTORE_BRIEFLY_S) for _ in range(_PORTIONS))

    def _restored(self, restore: Restore) -> dict[int, Owned]:
        ready = self._reading
        for number, owned in ready.items():
            owned.store = restore.stores[number]
            if number in restore.resumed:
                # Where the state ends, in a partition whose committed offset is gone.
                owned.committed = owned.start = restore.resumed[number]
        self._end_restore()
        return ready

    def _end_restore(self) -> None:
        self._reading = {}
        if self._restore is not None:
            self._restore.close()
            self._restore = None
