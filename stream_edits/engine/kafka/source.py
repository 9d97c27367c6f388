"""`ports.Source` on confluent-kafka."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, Message, TopicPartition

from .. import log
from ..config import StageConfig
from ..errors import LostOffset, Retriable
from ..ports import AssignmentListener, Committed, Record, Watermarks
from .assignment import Assignment, Listener
from .client import Refusals, make
from .error_mapping import AWAY, FINAL_IN_GROUP, LOST_OFFSET, client_errors, raise_classified
from .headers import headers_of
from .leader_epochs import LeaderEpochs, Membership
from .options import consumer_options
from .statistics import NOT_REPORTING

_REBUILD = "rebuild everything from the claims, as docs/operations.md says"
_GO_ON = (
    "publish what was lost unread again, then run `stream-edits topics accept {topic}` to read the "
    "topic from its beginning"
)


class ConfluentSource:
    """The member of the consumer group. Callbacks run inside `consume` and `close`."""

    def __init__(
        self,
        config: StageConfig,
        sleep: Callable[[float], None],
        reporting: Mapping[str, object] = NOT_REPORTING,
    ) -> None:
        """`reporting` holds the client options for statistics."""
        self._topic = config.input_topic
        self._stage = config.stage
        self._linger_s = config.linger_s
        go_on = _GO_ON.format(topic=config.input_topic)
        self._remedy = _REBUILD if config.changelog_topic is not None else go_on
        self._consumer = make(
            Consumer, {**reporting, **consumer_options(config)}, Refusals(config.stage)
        )
        self._cooperative = config.rebalance == "cooperative"
        self._failure: BaseException | None = None
        self._epochs = LeaderEpochs()
        self._assignment = Assignment(self._consumer, config, self._epochs, sleep)

    def subscribe(self, listener: AssignmentListener) -> None:
        with client_errors("subscribe"):
            if self._cooperative:
                # The client takes no second call for the same topic: it leaves the group first.
                self._consumer.unsubscribe()
            self._consumer.subscribe(
                [self._topic],
                on_assign=self._assignment.on_assign(self._guarded(listener.on_assign)),
                on_revoke=self._assignment.on_gone(self._guarded(listener.on_revoke)),
                on_lost=self._assignment.on_gone(self._guarded(listener.on_lost)),
            )

    def consume(self, limit: int, timeout_s: float) -> list[Record]:
        with client_errors("consume"):
            # `consume` waits for a full batch even when no more records are there. So the wait
            # ends with the first record, and only the linger is spent on what follows it.
            messages = self._consumer.consume(1, timeout_s)
            if messages and limit > 1:
                messages += self._consumer.consume(limit - 1, self._linger_s)
        self._raise_failure()
        topic = self._topic
        records = []
        errors = [message for message in messages if message.error() is not None]
        for message in errors:
            self._raise_if_final(message)
        if errors:
            messages = [message for message in messages if message.error() is None]
        if checked := self._assignment.check_new():
            # Their messages may have been read before the check, and are read again.
            messages = [message for message in messages if message.partition() not in checked]
        for message in messages:
            records.append(
                Record(
                    topic,
                    message.partition(),  # type: ignore[arg-type]
                    message.offset(),  # type: ignore[arg-type]
                    message.key(),
                    message.value(),
                    headers_of(message),
                    message.timestamp()[1],
                )
            )
        self._epochs.note(messages)
        self._assignment.delivered(records)
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
            if answer.partition not in self._assignment.read:
                # Of the others more is known, from the records that were read.
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
        self._assignment.assign(offsets)

    def release(self, partitions: Collection[int]) -> None:
        self._assignment.release(partitions)

    def seek(self, offsets: Mapping[int, int]) -> None:
        self._assignment.seek(offsets)

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

    def _raise_if_final(self, message: Message) -> None:
        """Raise a final error. Others, which the client delivers between records, are logged."""
        error = message.error()
        if error is None:
            return
        if error.code() in LOST_OFFSET:
            raise LostOffset(
                f"the committed offset of {self._topic}/{message.partition()} is not in the log "
                f"any more (retention, records deleted by hand, or an unclean leader election): "
                f"{self._remedy}"
            )
        if error.fatal() or error.code() in FINAL_IN_GROUP:
            raise_classified(error, "consume")
        log.warning("client_error", stage=self._stage, error=error.name())

    def _guarded(self, callback: Listener) -> Listener:
        """A callback whose exception is kept for `_raise_failure`: the C client must not see it."""

        def guarded(partitions: Collection[int]) -> None:
            try:
                callback(partitions)
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
