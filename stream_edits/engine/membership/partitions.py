"""The partitions of this group member: assigned, revoked, lost, and their state.

Transactions are fenced by member and generation, so state is dropped inside the callbacks. No
transaction is open in them (see `batch.Batch`), so nothing is left to commit on revoke.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from stream_edits.metrics import StageMetrics

from .. import log
from ..config import StageConfig
from ..ports import ChangelogReader, Clock, Source, StateWatch
from ..state.changelog import Restore
from ..state.largest_keys import LargestKeys
from ..state.store import MemoryStore, NoState, UncommittedState
from ..topics.known_topics import KnownTopics
from .lag import Lag
from .peers import Peers
from .start_offsets import StartOffsets


class Owned:
    """An owned partition: its committed offset, None before the first commit, and its state.

    `start` is the offset to read from: the committed one, or the first of the log.
    """

    __slots__ = ("committed", "start", "store")

    def __init__(self, committed: int | None, start: int, store: MemoryStore) -> None:
        self.committed = committed
        self.start = start
        self.store = store


class Partitions:
    """The rebalance listener of the group member, and the partitions it owns.

    `changes` counts the callbacks. Records consumed in a call during which it grew are stale.
    """

    def __init__(
        self,
        config: StageConfig,
        *,
        source: Source,
        known: KnownTopics,
        open_reader: Callable[[], ChangelogReader],
        clock: Clock,
        metrics: StageMetrics,
        stopping: Callable[[], bool],
        peers: Peers,
        left_out: Callable[[], None],
        watch: StateWatch | None = None,
    ) -> None:
        """`left_out` is called when the group went on without us.

        `stopping` says whether the runner was asked to stop: retries then end.

        `watch` follows the state of owned partitions and of its changes.
        """
        self._config = config
        self._source = source
        self._known = known
        self._open_reader = open_reader
        self._clock = clock
        self._metrics = metrics
        self._peers = peers
        self._left_out = left_out
        self._watch = watch
        self._offsets = StartOffsets(config, source, known, clock, stopping)
        self._largest = LargestKeys(clock)
        self._lag = Lag(source, clock, metrics)
        self._warm: dict[int, Owned] = {}
        self.owned: dict[int, Owned] = {}
        self.views: dict[int, UncommittedState] = {}
        self.restore: Restore | None = None
        self.assigned = False
        self.changes = 0

    def on_assign(self, partitions: Collection[int]) -> None:
        """Start at the committed offsets. All are paused while one without state is restored."""
        self.changes += 1
        self._metrics.assigned.inc()
        # Before asking for the offsets, which an open transaction hides.
        self._peers.look()
        committed = self._offsets.committed(partitions)
        starts = {
            number: self._offsets.start(number, offset) for number, offset in committed.items()
        }
        # The offsets are passed to assign, because a seek inside the callback may fail.
        self._source.assign(starts)
        cold: dict[int, int | None] = {}
        for number, offset in committed.items():
            warm = self._warm.get(number)
            if warm is None or warm.committed != offset:
                warm = Owned(offset, starts[number], MemoryStore())
                cold[number] = offset
            warm.start = starts[number]
            self.owned[number] = warm
        self._warm.clear()
        if self._config.changelog_topic is None or not cold:
            self._open_views()
        else:
            self._source.pause(list(self.owned))
            self.restore = Restore(
                self._config,
                self._open_reader(),
                cold,
                self._clock,
                self._metrics,
                lambda number: self._known.mark(number) is not None,
            )
        self.assigned = True
        self._metrics.assigned_partitions.set(len(self.owned))
        log.info("assigned", stage=self._config.stage, partitions=len(self.owned), cold=len(cold))

    def on_revoke(self, partitions: Collection[int]) -> None:
        """Keep the state until the next assignment, which tells whether it is still the newest.

        Everything was committed before this call.
        """
        self._metrics.revoked.inc()
        kept = dict(self.owned) if self.restore is None else {}
        self._tear_down()
        log.info("revoked", stage=self._config.stage, partitions=len(partitions))
        self._warm = kept

    def on_lost(self, partitions: Collection[int]) -> None:
        """Drop everything and commit nothing: other members own the partitions already."""
        self._metrics.lost.inc()
        self._left_out()
        self._tear_down()
        log.warning("lost", stage=self._config.stage, partitions=len(partitions))
        self._warm.clear()

    def advance_restore(self, timeout_s: float) -> bool:
        """Restore for about `timeout_s` seconds. True when every owned partition is restored."""
        if self.restore is None:
            return True
        if not self.restore.advance(timeout_s):
            return False
        for number, store in self.restore.stores.items():
            self.owned[number].store = store
        self._resume_at(self.restore.resumed)
        self._end_restore()
        self._open_views()
        return True

    def on_committed(self, offsets: dict[int, int]) -> None:
        """Take over the state and the offsets of a committed transaction."""
        for number, offset in offsets.items():
            owned = self.owned[number]
            owned.committed = owned.start = offset
            view = self.views[number]
            if self._watch is not None:
                self._watch.changing(number, view.batch, owned.store.get)
            self._largest.saw(number, view.largest)
            view.merge()
            self._report_size(number, owned.store)

    def on_aborted(self) -> dict[int, int]:
        """Drop the state of an aborted transaction. Returns the offset to seek each partition to.

        All owned partitions are among them, because the consumer has read past the lost events.
        """
        for view in self.views.values():
            view.drop()
        return self.positions()

    def positions(self) -> dict[int, int]:
        """The offset that every owned partition is to be read from."""
        return {number: owned.start for number, owned in self.owned.items()}

    def starts_to_commit(self) -> dict[int, int]:
        """Where the operator lets partitions start, not yet committed: a restart goes on there."""
        if self._config.start_from is None or self.restore is not None:
            return {}
        owned = self.owned.items()
        return {number: each.start for number, each in owned if each.committed != each.start}

    def measure(self, behind: bool, held: bool) -> None:
        """Set the gauges of lag, and of large keys.

        `behind` says that events are taken and not committed, `held` that partitions are paused
        until those are processed. They are paused during a restore as well.
        """
        if self._config.changelog_topic is not None:
            for number in self.owned:
                self._metrics.largest_key(number, self._largest.of(number))
        self._lag.measure(self.positions(), behind, held or self.restore is not None)

    def close(self) -> None:
        """Drop everything, including the state kept after a revoke."""
        self._tear_down()
        self._warm.clear()

    def _open_views(self) -> None:
        stateless = self._config.changelog_topic is None
        for number, owned in self.owned.items():
            self.views[number] = NoState() if stateless else UncommittedState(owned.store)
            if self._watch is not None:
                self._watch.opened(number, owned.store.entries())
            self._report_size(number, owned.store)

    def _report_size(self, number: int, store: MemoryStore) -> None:
        if self._config.changelog_topic is not None:
            self._metrics.state(number, len(store), store.size_bytes)

    def _end_restore(self) -> None:
        if self.restore is not None:
            self.restore.close()
            self.restore = None

    def _tear_down(self) -> None:
        self.changes += 1
        self._end_restore()
        for number in self.owned:
            self._metrics.forget_partition(number)
            if self._watch is not None:
                self._watch.closed(number)
        self._largest.forget()
        self._lag.forget()
        self.owned.clear()
        self.views.clear()
        self.assigned = False
        self._metrics.assigned_partitions.set(0)

    def _resume_at(self, progress: Mapping[int, int]) -> None:
        """Go on where the state ends, in partitions whose committed offset is gone."""
        for number, offset in progress.items():
            owned = self.owned[number]
            owned.committed = owned.start = offset
        if progress:
            self._source.seek(progress)
