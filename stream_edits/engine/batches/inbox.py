"""What to process next: new records, held records, or none while state is restored."""

from __future__ import annotations

from collections.abc import Mapping

from .. import log
from ..config import StageConfig
from ..errors import LostOffset
from ..membership.partitions import Owned, Partitions
from ..ports import Clock, Record, Source
from .arrivals import Arrivals
from .batch import Rest
from .batch_size import BatchSize
from .retry_buffer import RetryBuffer

_RESTORE_S = 0.2
# The longest wait for the first record. A stop, a retry and the lag gauges wait for it.
_IDLE_S = 0.1


class Inbox:
    """The consuming side of the loop. Each `take` polls the group once, whatever else it does."""

    def __init__(
        self,
        config: StageConfig,
        source: Source,
        partitions: Partitions,
        clock: Clock,
        size: BatchSize,
    ) -> None:
        self._config = config
        self._size = size
        self._source = source
        self._partitions = partitions
        self._clock = clock
        self._retry = RetryBuffer(config)
        self._must_seek = False
        self._taken: list[Record] = []
        self._arrivals = Arrivals()

    @property
    def holds(self) -> bool:
        """Whether records are held, and the partitions are paused until they are processed."""
        return bool(self._retry.records)

    def uncommitted_since_ms(self) -> int | None:
        """Since when the oldest record taken and not committed waits, None if there is none.

        Other threads call it too, at any time, because the loop may be blocked in a call.
        """
        owned, since_ms = self._partitions.owned, self._arrivals.since_ms
        return min((since_ms(each) for each in self._taken if _waits(each, owned)), default=None)

    def taken_since_ms(self, count: int) -> int:
        """Since when the oldest of the first `count` records of the last `take` waits."""
        taken = self._taken[:count]
        return min((self._arrivals.since_ms(record) for record in taken), default=0)

    def take(self) -> list[Record]:
        """The next records to process, perhaps none. Blocks for a tenth of a second at most."""
        records = self._next()
        if records:
            self._taken = records
        return records

    def _next(self) -> list[Record]:
        if self._partitions.restore is not None:
            self._restore()
            return []
        if not self._retry.records:
            return self._poll(_IDLE_S)
        wait_s = min(self._retry.due - self._clock.monotonic(), _IDLE_S)
        self._retry.add(self._poll(max(0.0, wait_s)))
        return self._retry.take() if self._clock.monotonic() >= self._retry.due else []

    def hold(self, rest: Rest, progressed: bool) -> float:
        """Pause the partitions and hold the rest of a batch. Returns the seconds until it is due.

        `progressed` says whether the batch had processed any event.
        """
        self._source.pause(list(self._partitions.owned))
        wait_s = self._retry.hold(rest, progressed, self._clock.monotonic())
        if rest.reason is not None:
            log.warning("try_again", stage=self._config.stage, reason=rest.reason, wait_s=wait_s)
        return wait_s

    def rewind(self, offsets: dict[int, int]) -> None:
        """Drop what is held and read every partition again from these offsets."""
        if self._retry.release():
            self._source.resume(list(offsets))
        self._source.seek(offsets)

    def finish_round(self) -> None:
        """At the end of a round: resume the partitions if nothing is held any more."""
        if not self._retry.records and self._retry.release():
            self._source.resume(list(self._partitions.owned))
        if self._must_seek and self._partitions.restore is None:
            self._source.seek(self._partitions.positions())
            self._must_seek = False

    def _poll(self, timeout_s: float) -> list[Record]:
        """Consume records.

        When partitions were assigned or revoked during the call, its records may have been read
        before or after that, and nothing tells them apart. They are dropped, and every partition is
        sought to its committed offset later.
        """
        changes = self._partitions.changes
        records = self._source.consume(self._size.limit, timeout_s)
        if self._partitions.changes == changes:
            self._arrivals.note(records, self._partitions.owned, self._clock.wall())
            return records
        self._retry.release()
        self._must_seek = self._must_seek or bool(records)
        return []

    def _restore(self) -> None:
        """Advance the restore, and poll the group, whose partitions are paused."""
        if self._delivered_early():
            self._must_seek = True
            self._source.pause(list(self._partitions.owned))
        partitions = self._partitions
        if partitions.restore is not None and partitions.advance_restore(_RESTORE_S):
            self._source.resume(list(partitions.owned))

    def _delivered_early(self) -> bool:
        """Poll the group. True if the pause took effect only after a first fetch.

        Its records are read again after the restore. Where a stage had no committed offset, the
        fetch was made at the beginning of the log, which retention may have moved since. An offset
        that is lost indeed is missed again once the partition is sought to it.
        """
        try:
            return bool(self._poll(0.0))
        except LostOffset:
            return True


def _waits(record: Record, owned: Mapping[int, Owned]) -> bool:
    """True if the record is not committed and its partition still ours."""
    mine = owned.get(record.partition)
    return mine is not None and record.offset >= mine.start
