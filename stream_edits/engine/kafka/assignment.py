"""The partitions that the client reads, as the group gives and takes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from confluent_kafka import Consumer, KafkaError, TopicPartition

from .. import log
from ..config import StageConfig
from ..errors import FatalClientError, Retriable
from ..ports import Record
from .error_mapping import AWAY, client_errors
from .leader_epochs import LeaderEpochs, placed

Listener = Callable[[Collection[int]], None]
Callback = Callable[[Consumer, list[TopicPartition]], None]
_SEEK_TRIES = 20


class Assignment:
    """Begins and ends to read partitions, with either protocol."""

    def __init__(
        self,
        consumer: Consumer,
        config: StageConfig,
        epochs: LeaderEpochs,
        sleep: Callable[[float], None],
    ) -> None:
        self._consumer = consumer
        self._topic = config.input_topic
        self._stage = config.stage
        self._cooperative = config.rebalance == "cooperative"
        self._epochs = epochs
        self._sleep = sleep
        # The partitions that are read, with the offset of the last assignment or seek; with the
        # eager protocol the next offset to be delivered.
        self.read: dict[int, int] = {}
        # The offsets of new ones, until the client has compared them with the log.
        self._unchecked: dict[int, int] = {}

    def delivered(self, records: Sequence[Record]) -> None:
        """These records are read."""
        if not self._cooperative:
            self.read.update((each.partition, each.offset + 1) for each in records)

    def assign(self, offsets: Mapping[int, int]) -> None:
        """Read these partitions as well, each from its offset."""
        self.read.update(offsets)
        with client_errors("assign"):
            if self._cooperative:
                self._consumer.incremental_assign(self._placed(offsets))
            else:
                # It replaces the former assignment.
                self._consumer.assign(self._placed(self.read))
        is_known = {n: o for n, o in offsets.items() if self._epochs.before(n, o) is not None}
        self._unchecked.update(is_known)

    def release(self, partitions: Collection[int]) -> None:
        """Read these partitions no longer, until `assign`."""
        gone = self.read.keys() & partitions
        self._forget(gone)
        with client_errors("release"):
            if self._cooperative:
                self._consumer.incremental_unassign(self._places(gone))
            else:
                self._consumer.pause(self._places(gone))

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Move partitions that are read."""
        self._epochs.rewind(offsets)
        self.read.update(offsets)
        for place in self._placed(offsets):
            self._seek_one(place)

    def check_new(self) -> Mapping[int, int]:
        """Let the client compare the epochs of new offsets with the log. Returns those offsets.

        It does so at a seek, not at an assignment. An offset whose record was lost in an unclean
        leader election then gives an error in place of a record.
        """
        offsets, self._unchecked = self._unchecked, {}
        if offsets:
            self.seek(offsets)
        return offsets

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

    def on_assign(self, callback: Listener) -> Callback:
        """The client's callback for partitions that are ours as well."""

        def assigned(consumer: Consumer, places: list[TopicPartition]) -> None:
            # Without a call the client would read them from where it thinks best.
            if self._cooperative:
                consumer.incremental_assign([])
            else:
                consumer.assign([])
            callback([place.partition for place in places])

        return assigned

    def on_gone(self, callback: Listener) -> Callback:
        """The client's callback for partitions that are ours no longer."""

        def gone(consumer: Consumer, places: list[TopicPartition]) -> None:
            callback([place.partition for place in places])
            partitions = {place.partition for place in places}
            read = self.read.keys() & partitions
            self._forget(partitions)
            if self._cooperative:
                consumer.incremental_unassign(self._places(read))
            else:
                consumer.unassign()

        return gone

    def _forget(self, partitions: set[int]) -> None:
        self._epochs.forget(partitions)
        for number in partitions:
            self.read.pop(number, None)
            self._unchecked.pop(number, None)

    def _placed(self, offsets: Mapping[int, int]) -> list[TopicPartition]:
        epoch = self._epochs.before
        return [placed(self._topic, n, offset, epoch(n, offset)) for n, offset in offsets.items()]

    def _places(self, partitions: Collection[int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic, number) for number in partitions]
