"""`ports.Source` on confluent-kafka."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, Message, TopicPartition

from .. import log
from ..config import StageConfig
from ..errors import FatalClientError, Retriable
from ..ports import AssignmentListener, Committed, Record, Watermarks
from .call_watchdog import CallWatchdog
from .client import Refusals, make
from .error_mapping import (
    AWAY,
    FINAL_IN_GROUP,
    LOST_OFFSET,
    client_errors,
    raise_classified,
    raise_final,
)
from .freed_memory import give_back
from .headers import headers_of
from .leader_epochs import LeaderEpochs, Membership, placed
from .lost_offset import lost_offset
from .options import CHECKED, consumer_options
from .statistics import NOT_REPORTING

# Thirty seconds: until a partition has its leader, and the client has asked it for its epoch.
_SEEK_TRIES = 300
# A client that has not left its group by then does not return.
_CLOSE_S = 30.0


class ConfluentSource:
    """The member of the consumer group. Callbacks run inside `consume` and `close`."""

    def __init__(
        self,
        config: StageConfig,
        sleep: Callable[[float], None],
        reporting: Mapping[str, object] = NOT_REPORTING,
        checks: Mapping[str, object] = CHECKED,
    ) -> None:
        """`reporting` and `checks` hold client options, for statistics and for checksums."""
        self._config = config
        self._topic = config.input_topic
        self._stage = config.stage
        self._linger_s = config.linger_s
        self._sleep = sleep
        self._options = {**reporting, **consumer_options(config, checks)}
        self._consumer = self._open()
        self._failure: BaseException | None = None
        self._epochs = LeaderEpochs()
        # The offsets of a new assignment, until the client has compared them with the log.
        self._unchecked: dict[int, int] = {}
        self._has_freed = False

    def subscribe(self, listener: AssignmentListener) -> None:
        with client_errors("subscribe"):
            self._consumer.subscribe(
                [self._topic],
                on_assign=self._guarded(listener.on_assign),
                on_revoke=self._guarded(listener.on_revoke),
                on_lost=self._guarded(listener.on_lost),
            )

    def join_as_new_member(self, listener: AssignmentListener) -> None:
        watchdog = CallWatchdog(f"leaving-{self._stage}")
        try:
            with suppress(Retriable):
                watchdog.run("close", self.close, _CLOSE_S)
        finally:
            watchdog.close()
        self._epochs = LeaderEpochs()
        self._consumer = self._open()
        self.subscribe(listener)

    def consume(self, limit: int, timeout_s: float) -> list[Record]:
        with client_errors("consume"):
            # `consume` waits for a full batch even when no more records are there. So the wait ends
            # with the first record, and only the linger is spent on what follows it.
            messages = self._consumer.consume(1, timeout_s)
            if messages and limit > 1:
                messages += self._consumer.consume(limit - 1, self._linger_s)
        self._raise_failure()
        if self._has_freed:
            # After an assignment, in which the state of other partitions was dropped.
            self._has_freed = False
            give_back()
        topic = self._topic
        records = []
        errors = [message for message in messages if message.error() is not None]
        for message in errors:
            self._raise_if_final(message)
        if errors:
            messages = [message for message in messages if message.error() is None]
        if self._unchecked:
            # The messages may have been read before the check, and are read again.
            self._check_assigned()
            return []
        for message in messages:
            partition, offset = message.partition(), message.offset()
            key, value, time = message.key(), message.value(), message.timestamp()[1]
            records.append(
                Record(topic, partition, offset, key, value, headers_of(message), time)  # type: ignore[arg-type]
            )
        self._epochs.note(messages)
        return records

    def committed(
        self, partitions: Collection[int], timeout_s: float
    ) -> dict[int, Committed | None]:
        with client_errors("committed", AWAY):
            answers = self._consumer.committed(self._places(partitions), timeout_s)
        found: dict[int, Committed | None] = {}
        for answer in answers:
            if answer.error is not None:
                raise_classified(answer.error, "committed", AWAY)
            is_there = answer.offset != OFFSET_INVALID
            self._epochs.note_committed(answer.partition, answer.offset, answer.leader_epoch)
            # The offset's metadata. An empty one comes back as None or as no characters.
            found[answer.partition] = (
                Committed(answer.offset, answer.metadata or None) if is_there else None
            )
        return found

    def watermarks(self, partition: int, timeout_s: float) -> Watermarks:
        # A partition that was just added may not be known to this client yet.
        with client_errors("get_watermark_offsets", AWAY | {KafkaError._UNKNOWN_PARTITION}):
            answer = self._consumer.get_watermark_offsets(
                TopicPartition(self._topic, partition), timeout_s
            )
        if answer is None:
            raise Retriable("_TIMED_OUT")
        return Watermarks(*answer)

    def cached_high_watermark(self, partition: int) -> int | None:
        with client_errors("get_watermark_offsets", AWAY):
            answer = self._consumer.get_watermark_offsets(
                TopicPartition(self._topic, partition), cached=True
            )
        return answer[1] if answer[1] >= 0 else None

    def position(self, partition: int) -> int | None:
        with client_errors("position", AWAY):
            (place,) = self._consumer.position(self._places([partition]))
        return place.offset if place.offset >= 0 else None

    def assign(self, offsets: Mapping[int, int]) -> None:
        self._epochs.keep(offsets)
        with client_errors("assign"):
            if offsets:
                # The client remembers a pause when a partition is revoked and assigned again.
                self._consumer.resume(self._places(offsets))
            self._consumer.assign(self._placed(offsets))
        self._has_freed = True
        is_known = any(self._epochs.before(*place) is not None for place in offsets.items())
        self._unchecked = dict(offsets) if is_known else {}

    def seek(self, offsets: Mapping[int, int]) -> None:
        self._epochs.rewind(offsets)
        for place in self._placed(offsets):
            self._seek_one(place)

    def pause(self, partitions: Collection[int]) -> None:
        with client_errors("pause"):
            self._consumer.pause(self._places(partitions))

    def resume(self, partitions: Collection[int]) -> None:
        with client_errors("resume"):
            self._consumer.resume(self._places(partitions))

    def group_metadata(self) -> object:
        return Membership(self._consumer.consumer_group_metadata(), self._epochs)

    def close(self) -> None:
        with client_errors("close"):
            self._consumer.close()
        self._raise_failure()

    def _open(self) -> Consumer:
        return make(Consumer, self._options, Refusals(self._stage))

    def _check_assigned(self) -> None:
        """Let the client compare the epochs of the assigned offsets with the log.

        It does so at a seek, not at an assignment. An offset whose record was lost in an unclean
        leader election then gives an error in place of a record.
        """
        offsets, self._unchecked = self._unchecked, {}
        self.seek(offsets)

    def _seek_one(self, place: TopicPartition) -> None:
        """Seek one partition, which fails with `_STATE` for a moment after its assignment."""
        for attempt in range(_SEEK_TRIES):
            try:
                with client_errors("seek", AWAY | {KafkaError._STATE}):
                    self._consumer.seek(place)
                return
            except Retriable as failure:
                log.info("seek_retry", stage=self._stage, attempt=attempt, error=failure.code)
                self._sleep(0.1)
        raise FatalClientError(
            "seek failed again and again: a restart resumes from the committed offsets"
        )

    def _raise_if_final(self, message: Message) -> None:
        """Raise a final error. Others, which the client delivers between records, are logged."""
        error = message.error()
        if error is None:
            return
        if error.code() in LOST_OFFSET:
            raise lost_offset(self._config, message.partition())
        if error.fatal() or error.code() in FINAL_IN_GROUP:
            raise_final(error, f"{self._topic}/{message.partition()}")
        log.warning("client_error", stage=self._stage, error=error.name())

    def _guarded(
        self, callback: Callable[[Collection[int]], None]
    ) -> Callable[[Consumer, list[TopicPartition]], None]:
        """A callback whose exception is kept for `_raise_failure`: the C client must not see it."""

        def guarded(consumer: Consumer, places: list[TopicPartition]) -> None:
            self._unchecked = {}
            try:
                callback([place.partition for place in places])
            except BaseException as failure:
                self._failure = failure

        return guarded

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            try:
                raise failure
            finally:
                # The exception refers to this frame: without the name there is no cycle.
                del failure

    def _places(self, partitions: Collection[int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic, number) for number in partitions]

    def _placed(self, offsets: Mapping[int, int]) -> list[TopicPartition]:
        epoch = self._epochs.before
        return [placed(self._topic, n, offset, epoch(n, offset)) for n, offset in offsets.items()]
