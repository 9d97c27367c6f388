"""The partitions of this group member: assigned, revoked, lost, and their state.

Transactions are fenced by member and generation. A rebalance is seen here by its callbacks alone,
so what counts in a commit is the membership at the newest callback (`membership`), and not what the
client has joined meanwhile. Before a new one counts, the partitions that are kept are compared with
their committed offsets: then no other member has worked on them. No transaction is open in a
callback (see `batch.Batch`), so nothing is left to commit on revoke.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from stream_edits.metrics import StageMetrics

from . import log
from .config import StageConfig
from .errors import Retriable
from .known_topics import KnownTopics
from .largest_keys import LargestKeys
from .ports import ChangelogReader, Clock, Source, StateWatch
from .start_offsets import StartOffsets
from .store import MemoryStore, NoState, Overlay
from .taking_over import Owned as Owned
from .taking_over import TakingOver

_ASK_S = 1.0


class Partitions:
    """The rebalance listener of the group member, and the partitions it works on.

    `changes` counts the callbacks. After a call during which it grew, only records of partitions in
    `owned` are to be processed.
    """

    def __init__(
        self,
        config: StageConfig,
        source: Source,
        known: KnownTopics,
        open_reader: Callable[[], ChangelogReader],
        clock: Clock,
        metrics: StageMetrics,
        stopping: Callable[[], bool],
        watch: StateWatch | None = None,
    ) -> None:
        """`stopping` says whether the runner was asked to stop: retries then end.

        `watch` follows the state of owned partitions and of its changes.
        """
        self._config = config
        self._source = source
        self._metrics = metrics
        self._watch = watch
        self._offsets = StartOffsets(config, source, known, clock, stopping)
        self._largest = LargestKeys(clock)
        self._coming = TakingOver(config, self._offsets, known, open_reader, clock, metrics)
        # With the eager protocol: what was revoked, until the assignment that follows.
        self._warm: dict[int, Owned] = {}
        self._seen: object | None = None
        self.membership: object | None = None
        self.owned: dict[int, Owned] = {}
        self.views: dict[int, Overlay] = {}
        self.assigned = False
        self.changes = 0

    @property
    def ready(self) -> bool:
        """True when partitions are assigned, perhaps none, and all of them are worked on."""
        return self.assigned and not self._coming

    @property
    def restoring(self) -> bool:
        """True while state is read."""
        return self._coming.restoring

    def on_assign(self, partitions: Collection[int]) -> None:
        """More partitions are ours. They are worked on once their state is restored."""
        self.changes += 1
        self._metrics.assigned.inc()
        self._seen = self._source.group_metadata()
        self._coming.add(partitions)
        self.assigned = True
        self._count()
        log.info(
            "assigned",
            stage=self._config.stage,
            partitions=len(self.owned) + len(self._coming),
            cold=len(self._coming),
        )

    def on_revoke(self, partitions: Collection[int]) -> None:
        """Drop the partitions. Everything was committed before this call.

        With the eager protocol all are revoked, and most come back. Their state is kept until then,
        and used if it is still the newest.
        """
        self._metrics.revoked.inc()
        if self.assigned:
            self._seen = self._source.group_metadata()
        kept = {n: self.owned[n] for n in partitions if n in self.owned}
        self._drop(partitions)
        if self._config.rebalance == "eager":
            self._warm, self.assigned = kept, False
        log.info("revoked", stage=self._config.stage, partitions=len(partitions))

    def on_lost(self, partitions: Collection[int]) -> None:
        """Drop everything and commit nothing: other members own the partitions already."""
        self._metrics.lost.inc()
        self.close()
        log.warning("lost", stage=self._config.stage, partitions=len(partitions))

    def settle(self) -> None:
        """Let the membership at the newest callback count, once the committed offsets are compared.

        A member that was out of the group for a while may join again without a callback that says
        so. Where another one has committed meanwhile, the state in memory is not the newest.
        """
        if self._seen is None:
            return
        left = {**self._coming.offsets, **{n: o.committed for n, o in self.owned.items()}}
        try:
            found = self._offsets.committed(list(left), _ASK_S)
        except Retriable as failure:
            # Until there is an answer, the old membership makes every commit fail.
            log.warning(
                "client_retry", stage=self._config.stage, call="committed", error=failure.code
            )
            return
        self.membership, self._seen = self._seen, None
        moved = [number for number, offset in found.items() if offset != left[number]]
        if moved:
            log.warning("moved_meanwhile", stage=self._config.stage, partitions=len(moved))
            self._source.release(moved)
            self._drop(moved)
            self._coming.add(moved)

    def advance(self) -> None:
        """Take over a portion of what has come. Raises an EngineStopped."""
        self.settle()
        if self._coming:
            self._open(self._coming.advance(self._warm, busy=bool(self.owned)))
        if not self._coming:
            self._warm.clear()

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
        return {number: owned.start for number, owned in self.owned.items()}

    def measure(self, behind: bool) -> None:
        """Set the gauges of lag, from what the client knows without a request, and of large keys.

        `behind` says that events are taken and not committed. If none are, the client's position
        counts as well: it is past the transaction markers and aborted records, which no committed
        offset passes by itself.
        """
        if self._config.changelog_topic is not None:
            for number in self.owned:
                self._metrics.largest_key(number, self._largest.of(number))
        for number, owned in self.owned.items():
            high = self._source.cached_high_watermark(number)
            if high is None:
                continue
            passed = None if behind else self._source.position(number)
            done = owned.start if passed is None else max(owned.start, passed)
            self._metrics.lag(number).set(max(0, high - done))

    def close(self) -> None:
        """Drop everything, including the state kept after a revoke."""
        self._drop([*self.owned])
        self._coming.close()
        self._warm.clear()
        self._seen = self.membership = None
        self.assigned = False
        self._count()

    def _open(self, ready: dict[int, Owned]) -> None:
        """Work on these partitions from now on."""
        if not ready:
            return
        stateless = self._config.changelog_topic is None
        for number, owned in ready.items():
            self.owned[number] = owned
            self.views[number] = NoState() if stateless else Overlay(owned.store)
            if self._watch is not None:
                self._watch.opened(number, owned.store.entries())
            self._report_size(number, owned.store)
        self._source.assign({number: owned.start for number, owned in ready.items()})

    def _report_size(self, number: int, store: MemoryStore) -> None:
        if self._config.changelog_topic is not None:
            self._metrics.state(number, len(store), store.size_bytes)

    def _drop(self, partitions: Iterable[int]) -> None:
        gone = list(partitions)
        self.changes += 1
        self._coming.drop(gone)
        for number in gone:
            self._metrics.forget_partition(number)
            self._largest.forget(number)
            if self.owned.pop(number, None) is not None:
                del self.views[number]
                if self._watch is not None:
                    self._watch.closed(number)
        self._count()

    def _count(self) -> None:
        self._metrics.assigned_partitions.set(len(self.owned) + len(self._coming))
