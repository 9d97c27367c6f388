"""Processes records into one batch: what becomes of each, also of one that cannot be processed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..config import StageConfig
from ..dead_letters.dead_letter import DeadLetterReason, dead_letter, reason_of
from ..errors import EngineStopped
from ..ports import Headers, Output, Processor, Record, TryAgain, Undecodable
from ..sizes import Limits, record_bytes
from ..state.store import UncommittedState
from .circuit_breaker import CircuitBreaker

# Once as it is, because the limit of a topic may just have been raised again; then as a dead letter
# with its value, then as a reference.
_MOST_REFUSALS = 3


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

    def __init__(self, offsets: Mapping[int, int] | None = None) -> None:
        self.events = 0
        # Last processed + 1. The consumer's position is ahead of it: it counts fetched records.
        self.offsets = dict(offsets or {})
        self.outputs: list[Output] = []
        self.reasons: list[DeadLetterReason] = []
        self.rest: Rest | None = None

    def of(self, events: int) -> Batch:
        """The batch, with the number of events in it."""
        self.events = events
        return self


class TooLarge(Exception):
    """An output or a snapshot above the size limit of its topic. It names an error class."""


class RefusedByBrokers(Exception):
    """The brokers refuse what a record leads to. It names an error class."""


# What makes a dead letter without an error of the processor.
NOT_SENDABLE = (TooLarge, RefusedByBrokers)
# Aborts with these codes are the fault of a record: it is found, and becomes a dead letter.
REFUSALS = frozenset(
    {
        "MSG_SIZE_TOO_LARGE",
        "INVALID_MSG_SIZE",
        "RECORD_LIST_TOO_LARGE",
        "INVALID_RECORD",
        "INVALID_MSG",
    }
)


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
        self.limits = Limits(config.max_message_bytes)
        # The number of events still to be processed one by one.
        self._alone = 0
        # How often the brokers refused what a record leads to, by partition and offset.
        self._refused: dict[tuple[int, int], int] = {}

    def count_batch(self, events: int) -> None:
        """A batch of `events` was committed."""
        self._alone = max(0, self._alone - events)
        if not self._alone:
            self._refused.clear()

    def on_refused(self, batch: Batch) -> None:
        """The brokers refused a record that `batch` leads to: its events come one by one now.

        Raises EngineStopped when they refuse even the reference to a record.
        """
        if batch.events != 1:
            # None is a batch of the offsets where `start_from: newest` began.
            self._alone = max(self._alone, batch.events)
            return
        ((partition, offset),) = ((p, upto - 1) for p, upto in batch.offsets.items())
        times = self._refused[partition, offset] = self._refused.get((partition, offset), 0) + 1
        self._alone = max(self._alone, 1)
        if times > _MOST_REFUSALS:
            raise EngineStopped(
                f"the brokers refuse the dead letter of {self._config.input_topic}/{partition} at "
                f"offset {offset}, even without its value: check cleanup.policy and "
                f"max.message.bytes of {self._config.dead_letter_topic}"
            )

    def build(self, records: Sequence[Record], views: Mapping[int, UncommittedState]) -> Batch:
        """Process `records` in order until the last, a TryAgain, or the end of the time budget.

        `views` are the states by partition. Raises BreakerOpen, or an EngineStopped of the
        processor.
        """
        batch = Batch()
        outputs, offsets, process = batch.outputs, batch.offsets, self._process
        now, deadline = self._monotonic, self._monotonic() + self._config.batch_budget_s
        large = self.limits.certain
        alone, refused = self._alone > 0, self._refused
        view: UncommittedState | None = None
        current, done = -1, 0
        for record in records:
            if view is None or record.partition != current:
                current = record.partition
                view = views[current]
            mark = len(outputs)
            try:
                if refused and refused.get((record.partition, record.offset), 0) > 1:
                    raise RefusedByBrokers
                outputs.extend(process(record, view))
                self._check_sizes(outputs[mark:], view, large)
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
            if (alone or now() > deadline) and done < len(records):
                batch.rest = Rest(records[done:], None)
                break
        return batch.of(done)

    def _bury(self, record: Record, failure: Exception, batch: Batch, position: int) -> None:
        reason = (
            DeadLetterReason(failure.error_class, failure.message)
            if isinstance(failure, Undecodable)
            else reason_of(failure, self._config.stage)
        )
        refer = self._refused.get((record.partition, record.offset), 0) > 2
        limit = self.limits.of(self._config.dead_letter_topic)
        batch.outputs.append(dead_letter(record, reason, self._config, limit, refer))
        batch.reasons.append(reason)
        if not isinstance(failure, Undecodable) or failure.feeds_breaker:
            self._breaker.record(position)

    def _check_sizes(self, outputs: Sequence[Output], view: UncommittedState, large: int) -> None:
        for topic, key, value, headers, _ in outputs:
            if value is not None and len(value) > large:
                _refuse_above(self.limits.of(topic), key, value, headers)
        for key, value in view.event.items():
            if value is not None and len(value) > large:
                # There is no event in the state of a stage without a changelog.
                _refuse_above(self.limits.of(self._config.changelog_topic or ""), key, value)


def _refuse_above(
    limit: int, key: bytes | None, value: bytes | None, headers: Headers = ()
) -> None:
    if record_bytes(key, value, headers) > limit:
        raise TooLarge
