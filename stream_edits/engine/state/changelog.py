"""The progress record of the changelog, and the restore that it proves complete.

The committed offset and the progress record are written in one transaction, so a restore is
complete when they are equal. Reaching the end that a read_committed reader sees proves nothing: the
open transaction of a crashed writer hides newer committed state behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stream_edits.metrics import StageMetrics

from .. import log
from ..advice import REBUILD
from ..config import StageConfig
from ..errors import (
    ChangelogCut,
    LostOffset,
    ProgressAhead,
    RestoreStalled,
    Retriable,
    StateBehind,
)
from ..ports import ChangelogReader, Chunk, Clock
from .store import PROGRESS_KEY, MemoryStore

_CHUNK = 1000
# Time-out for asking for the end offsets, which happens between two polls of the group.
_ENDS_S = 10.0


def progress_value(offset: int) -> bytes:
    """The value of a progress record: the next input offset in decimal digits."""
    return b"%d" % offset


class _Restoring:
    """A partition that is being restored.

    `progress` is the newest progress record read. `end` is the visible end once it was reached,
    `log_end` the end of the log including open transactions.
    """

    __slots__ = ("any_record", "committed", "end", "log_end", "progress", "store")

    def __init__(self, committed: int | None) -> None:
        self.committed = committed
        self.store = MemoryStore()
        self.progress: int | None = None
        self.any_record = False
        self.end: int | None = None
        self.log_end = 0


class Restore:
    """Rebuilds the state of some partitions.

    It reads in small portions between polls of the group, so that a restore may take longer than
    max.poll.interval.ms.
    """

    def __init__(
        self,
        config: StageConfig,
        reader: ChangelogReader,
        committed: Mapping[int, int | None],
        clock: Clock,
        metrics: StageMetrics,
        known: Callable[[int], bool],
    ) -> None:
        """`committed` are the committed offsets of the partitions, None where there is none.

        `known` says whether the group has marked a partition, so that the ids of the topics are
        known to be the same.
        """
        self._config = config
        self._reader = reader
        self._clock = clock
        self._metrics = metrics
        self._pending = {number: _Restoring(offset) for number, offset in committed.items()}
        self._records = 0
        self._begun = self._moved = clock.monotonic()
        self._started = False
        self._known = known
        self.stores: dict[int, MemoryStore] = {}
        # Where to go on in partitions whose committed offset is gone, with `start_from: progress`.
        self.resumed: dict[int, int] = {}

    def advance(self, timeout_s: float) -> bool:
        """Read for about `timeout_s` seconds. True when `stores` holds every partition.

        Raises ProgressAhead, StateBehind, LostOffset, ChangelogCut or RestoreStalled.
        """
        try:
            if not self._started:
                self._start()
            self._take(self._reader.consume(_CHUNK, timeout_s))
        except Retriable as failure:
            # The failed call may have dropped records. Read everything again: a gap in the middle
            # would not show in the progress record at the end.
            self._started = False
            log.warning("restore_retry", stage=self._config.stage, error=failure.code)
            self._clock.sleep(timeout_s)
        if not self._pending:
            self._finish()
            return True
        if self._clock.monotonic() - self._moved > self._config.restore_stall_s:
            raise RestoreStalled(
                f"restore of {self._config.changelog_topic} partitions {sorted(self._pending)} "
                f"read nothing for {self._config.restore_stall_s:g} s: look for an open "
                "transaction on it (kafka-transactions.sh find-hanging) or an unavailable broker"
            )
        return False

    def close(self) -> None:
        """Free the reader."""
        self._reader.close()

    def _start(self) -> None:
        self._pending = {n: _Restoring(state.committed) for n, state in self._pending.items()}
        # Requested after the committed offsets, so every record they cover is before these ends.
        for number, end in self._reader.end_offsets(list(self._pending), _ENDS_S).items():
            self._pending[number].log_end = end
            self._metrics.restore_remaining(number).set(end)
        self._check_firsts()
        self._reader.start(list(self._pending))
        self._started = True
        log.info("restore_begins", stage=self._config.stage, partitions=len(self._pending))

    def _check_firsts(self) -> None:
        """A compacted log begins at 0, whatever was compacted. A later first offset is a loss."""
        topic = self._config.changelog_topic
        for number, first in self._reader.first_offsets(list(self._pending), _ENDS_S).items():
            if first > 0:
                raise ChangelogCut(
                    f"the changelog {topic}/{number} begins at offset {first}: earlier state was "
                    "deleted (its cleanup.policy was not compact, or records were deleted by "
                    f"hand); {REBUILD}"
                )

    def _take(self, chunk: Chunk) -> None:
        changes: dict[int, dict[bytes, bytes | None]] = {}
        for number, key, value in chunk.records:
            if number not in changes:
                changes[number] = {}
            changes[number][key] = value
        for number, entries in changes.items():
            state = self._pending.get(number)
            if state is not None:
                self._apply(state, entries)
                state.end = None
        for number, end in chunk.ends.items():
            state = self._pending.get(number)
            if state is not None and state.end != end:
                state.end = end
                self._moved = self._clock.monotonic()
        for number, offset in (chunk.read_to | chunk.ends).items():
            if number in self._pending:
                remaining = self._pending[number].log_end - offset
                self._metrics.restore_remaining(number).set(max(0, remaining))
        if chunk.records:
            self._records += len(chunk.records)
            self._metrics.restore_records.inc(len(chunk.records))
            self._moved = self._clock.monotonic()
        for number in [n for n, state in self._pending.items() if self._complete(n, state)]:
            self.stores[number] = self._pending.pop(number).store

    def _apply(self, state: _Restoring, entries: dict[bytes, bytes | None]) -> None:
        progress = entries.pop(PROGRESS_KEY, None)
        if progress is not None and progress.isdigit():
            state.progress = int(progress)
        state.any_record = True
        state.store.apply(entries)

    def _complete(self, number: int, state: _Restoring) -> bool:
        """True if the partition is restored.

        Progress and committed offset are compared at the visible end only: a progress record in the
        middle of the log may equal an offset that an operator has set back. A difference is an
        error only at the end of the log, where no open transaction hides newer progress.
        """
        if state.end is None:
            return False
        if state.committed is not None and state.progress == state.committed:
            return True
        if state.end < state.log_end:
            return False
        if state.committed is not None:
            raise self._apart(number, state, state.committed)
        if not state.any_record:
            return True
        if self._config.start_from == "progress" and state.progress is not None:
            self.resumed[number] = state.progress
            return True
        raise self._lost(number, state)

    def _lost(self, number: int, state: _Restoring) -> LostOffset:
        remedy = REBUILD
        if self._known(number):
            remedy = "to go on there, start once with `stream-edits run --from progress`"
        return LostOffset(
            f"no committed offset for {self._where(number)}, but its changelog has state (progress "
            f"{state.progress}): the group's offsets expired or were deleted; {remedy}"
        )

    def _apart(self, number: int, state: _Restoring, committed: int) -> ProgressAhead | StateBehind:
        """The error for state that is not the state at the committed offset."""
        remedy = REBUILD
        if self._known(number):
            remedy = f"set the group's offset to {state.progress}, or {REBUILD}"
        if state.progress is not None and state.progress > committed:
            return ProgressAhead(
                f"state of {self._where(number)} is at {state.progress}, ahead of the committed "
                f"offset {committed}: another process owns it, or the offset was set back; {remedy}"
            )
        return StateBehind(
            f"state of {self._where(number)} ends at {state.progress}, behind the committed offset "
            f"{committed}: the changelog lost records, or the offset was set forward; {remedy}"
        )

    def _where(self, number: int) -> str:
        return f"{self._config.input_topic}/{number} of group {self._config.group_id}"

    def _finish(self) -> None:
        seconds = self._clock.monotonic() - self._begun
        self._metrics.restore_seconds.observe(seconds)
        for number in self.stores:
            self._metrics.restore_remaining(number).set(0)
        log.info(
            "restore_complete",
            stage=self._config.stage,
            partitions=len(self.stores),
            records=self._records,
            seconds=round(seconds, 3),
        )
