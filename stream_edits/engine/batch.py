"""Stepping: a list of records becomes one batch, ready for one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .config import StageConfig
from .dead_letter import CircuitBreaker, Reason, dead_letter, reason_of
from .errors import EngineStopped
from .ports import Output, Processor, Record, TryAgain, Undecodable
from .store import Overlay


class Rest(NamedTuple):
    """Records of a batch that were not stepped: `reason` is None when only time ran out."""

    records: Sequence[Record]
    reason: str | None


class Batch:
    """What one transaction will write. Nothing is produced while stepping: a transaction is open
    only while it is being sent, never across a callback, a retry of an event or a restore."""

    __slots__ = ("events", "offsets", "oldest_ms", "outputs", "reasons", "rest")

    def __init__(self) -> None:
        self.events = 0
        # Last processed + 1, never the consumer's position: that is already past what was fetched.
        self.offsets: dict[int, int] = {}
        self.outputs: list[Output] = []
        self.reasons: list[Reason] = []
        self.rest: Rest | None = None
        self.oldest_ms = 0


class TooLarge(Exception):
    """An output or a snapshot that no broker would take; becomes the event's error class."""


class Stepper:
    """Steps records one by one, each into its own layer of its partition's overlay."""

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

    def step(self, records: Sequence[Record], views: Mapping[int, Overlay]) -> Batch:
        """Step `records` in order until the end, a TryAgain, or the end of the time budget.

        Raises BreakerOpen, or an EngineStopped of the processor.
        """
        batch = Batch()
        outputs, offsets, process = batch.outputs, batch.offsets, self._process
        now, deadline = self._monotonic, self._monotonic() + self._config.step_budget_s
        limit = self._config.max_message_bytes
        current, view = -1, None
        done = 0
        for record in records:
            if view is None or record.partition != current:
                current = record.partition
                view = views[current]
            mark = len(outputs)
            try:
                outputs.extend(process(record, view))
                for output in outputs[mark:]:
                    if output[2] is not None and len(output[2]) > limit:
                        raise TooLarge
                if view.event:
                    _check_snapshots(view, limit)
                    view.keep_event()
            except (EngineStopped, MemoryError):
                raise
            except TryAgain as away:
                view.drop_event()
                del outputs[mark:]
                batch.rest = Rest(records[done:], away.reason)
                break
            except Exception as failure:
                view.drop_event()
                del outputs[mark:]
                self._bury(record, failure, batch, done + 1)
            done += 1
            offsets[current] = record.offset + 1
            if now() > deadline and done < len(records):
                batch.rest = Rest(records[done:], None)
                break
        batch.events = done
        batch.oldest_ms = min((record.timestamp_ms for record in records[:done]), default=0)
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


def _check_snapshots(view: Overlay, limit: int) -> None:
    for value in view.event.values():
        if value is not None and len(value) > limit:
            raise TooLarge
