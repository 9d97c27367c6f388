"""Processes records into one batch: what becomes of each, also of one that cannot be processed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .config import StageConfig
from .dead_letter import CircuitBreaker, Reason, dead_letter, reason_of
from .errors import EngineStopped
from .ports import Output, Processor, Record, TryAgain, Undecodable
from .store import Overlay


class Rest(NamedTuple):
    """Records that were left unprocessed. `reason` is None when only the time ran out."""

    records: Sequence[Record]
    reason: str | None


class Batch:
    """What one transaction will write.

    Nothing is produced while records are processed: a transaction is open only while it is sent,
    never across a rebalance callback, a retry of an event or a restore.
    """

    __slots__ = ("events", "offsets", "outputs", "reasons", "rest")

    def __init__(self) -> None:
        self.events = 0
        # Last processed + 1. The consumer's position is ahead of it: it counts fetched records.
        self.offsets: dict[int, int] = {}
        self.outputs: list[Output] = []
        self.reasons: list[Reason] = []
        self.rest: Rest | None = None


class TooLarge(Exception):
    """An output or a snapshot above the size limit of the brokers. It names an error class."""


class BatchBuilder:
    """Processes records one by one, each in its own layer of its partition's overlay."""

    def __init__(
        self,
        config: StageConfig,
        processor: Processor,
        breaker: CircuitBreaker,
        monotonic: Callable[[], float],
    ) -> None:
        self._config = config
        self._process = processor.process
        self._breaker = breaker
        self._monotonic = monotonic

    def build(self, records: Sequence[Record], views: Mapping[int, Overlay]) -> Batch:
        """Process `records` in order until the last, a TryAgain, or the end of the time budget.

        `views` are the states by partition. Raises BreakerOpen, or an EngineStopped of the
        processor.
        """
        batch = Batch()
        outputs, offsets, process = batch.outputs, batch.offsets, self._process
        now, deadline = self._monotonic, self._monotonic() + self._config.batch_budget_s
        limit = self._config.max_message_bytes
        view: Overlay | None = None
        current, done = -1, 0
        for record in records:
            if view is None or record.partition != current:
                current = record.partition
                view = views[current]
            mark = len(outputs)
            try:
                outputs.extend(process(record, view))
                _check_sizes(outputs[mark:], view, limit)
                if view.event:
                    view.keep_event()
            except (EngineStopped, MemoryError):
                raise
            except Exception as failure:
                view.drop_event()
                del outputs[mark:]
                if isinstance(failure, TryAgain):
                    batch.rest = Rest(records[done:], failure.reason)
                    break
                self._bury(record, failure, batch, done + 1)
            done += 1
            offsets[current] = record.offset + 1
            if now() > deadline and done < len(records):
                batch.rest = Rest(records[done:], None)
                break
        batch.events = done
        return batch

    def _bury(self, record: Record, failure: Exception, batch: Batch, position: int) -> None:
        reason = (
            Reason(failure.error_class, failure.message)
            if isinstance(failure, Undecodable)
            else reason_of(failure, self._config.stage)
        )
        batch.outputs.append(dead_letter(record, reason, self._config))
        batch.reasons.append(reason)
        self._breaker.record(position)


def _check_sizes(outputs: Sequence[Output], view: Overlay, limit: int) -> None:
    for output in outputs:
        if output[2] is not None and len(output[2]) > limit:
            raise TooLarge
    for value in view.event.values():
        if value is not None and len(value) > limit:
            raise TooLarge
