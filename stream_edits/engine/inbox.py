"""What to step next: new records, held ones, or none because state is being restored."""

from __future__ import annotations

from . import log
from .batch import Rest
from .config import StageConfig
from .partitions import Partitions
from .ports import Clock, Record, Source
from .retry_buffer import RetryBuffer

_RESTORE_STEP_S = 0.2


class Inbox:
    """The consuming side of the loop. Whatever it does, it polls the group once a `take`."""

    def __init__(
        self, config: StageConfig, source: Source, partitions: Partitions, clock: Clock
    ) -> None:
        self._config = config
        self._source = source
        self._partitions = partitions
        self._clock = clock
        self._held = RetryBuffer(config)
        self._strayed = False
        self._taken: list[Record] = []

    def undecided_since_ms(self) -> int | None:
        """The timestamp of the oldest record taken and not committed yet; None if there is none.

        Also asked by other threads, while the loop may stand in any call.
        """
        owned = self._partitions.owned
        waiting = (
            record.timestamp_ms
            for record in self._taken
            if (mine := owned.get(record.partition)) is not None and record.offset >= mine.start
        )
        return min(waiting, default=None)

    def take(self) -> list[Record]:
        """The next records to step, perhaps none. Takes at most about the linger."""
        records = self._next()
        if records:
            self._taken = records
        return records

    def _next(self) -> list[Record]:
        if self._partitions.restore is not None:
            self._restore()
            return []
        if not self._held.records:
            return self._poll(self._config.linger_s)
        wait_s = min(self._held.due - self._clock.monotonic(), self._config.linger_s)
        self._held.add(self._poll(max(0.0, wait_s)))
        return self._held.take() if self._clock.monotonic() >= self._held.due else []

    def hold(self, rest: Rest, progressed: bool) -> float:
        """Pause and keep the rest of a batch; the seconds until it is taken again."""
        self._source.pause(list(self._partitions.owned))
        wait_s = self._held.keep(rest, progressed, self._clock.monotonic())
        if rest.reason is not None:
            log.warning("try_again", stage=self._config.stage, reason=rest.reason, wait_s=wait_s)
        return wait_s

    def rewind(self, offsets: dict[int, int]) -> None:
        """Forget what is held and read every partition again from these offsets."""
        if self._held.release():
            self._source.resume(list(offsets))
        self._source.seek(offsets)

    def finish_round(self) -> None:
        """At the end of a round: go on reading when nothing is held any more."""
        if not self._held.records and self._held.release():
            self._source.resume(list(self._partitions.owned))
        if self._strayed and self._partitions.restore is None:
            self._source.seek(self._partitions.positions())
            self._strayed = False

    def _poll(self, timeout_s: float) -> list[Record]:
        """Consume. A call during which partitions came or went may return records read before and
        after it, of which none can be told from the other: none is used, and every partition is
        sought to its committed offset."""
        changes = self._partitions.changes
        records = self._source.consume(self._config.batch_size, timeout_s)
        if self._partitions.changes == changes:
            return records
        self._held.release()
        self._strayed = self._strayed or bool(records)
        return []

    def _restore(self) -> None:
        """A step of the restore between two polls of the group, whose partitions are paused."""
        if self._poll(0.0):
            # The pause may be overtaken by the start of the assignment: nothing is lost, we seek.
            self._strayed = True
            self._source.pause(list(self._partitions.owned))
        partitions = self._partitions
        if partitions.restore is not None and partitions.restore_step(_RESTORE_STEP_S):
            self._source.resume(list(partitions.owned))
