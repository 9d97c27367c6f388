"""Which leader epoch wrote the records that were read (KIP-320).

A partition's epoch rises with each new leader, and each record keeps the epoch of the leader that
wrote it. After an unclean leader election other records have the lost offsets, under a later epoch.
An offset that is committed with the epoch of the record before it lets the client notice that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from confluent_kafka import Message, TopicPartition

# Runs kept for each partition. Offsets before them are committed without an epoch.
_MOST_RUNS = 16


class _Run:
    """The offsets of consecutive records of one epoch; None if the brokers do not tell it."""

    __slots__ = ("epoch", "first", "last")

    def __init__(self, first: int, epoch: int | None) -> None:
        self.first = first
        self.last = first
        self.epoch = epoch


class LeaderEpochs:
    """The epochs of the records that were read, by partition.

    No epoch is better than a wrong one: with one too late the client does not notice a loss, with
    one too early it reports a loss that did not happen.
    """

    def __init__(self) -> None:
        self._runs: dict[int, list[_Run]] = {}

    def note(self, messages: Sequence[Message]) -> None:
        """Add records that were delivered, in the order of their partitions, without errors."""
        newest = {message.partition(): message for message in messages}
        for number, message in newest.items():
            if number is None:
                continue
            runs = self._runs.setdefault(number, [])
            if runs and runs[-1].epoch == message.leader_epoch():
                # Epochs only rise within a log, so all records since then have this one.
                runs[-1].last = _offset(message)
                continue
            for each in messages:
                if each.partition() == number:
                    _extend(runs, _offset(each), each.leader_epoch())
            del runs[:-_MOST_RUNS]

    def note_committed(self, partition: int, offset: int, epoch: int | None) -> None:
        """Start again from a committed offset and its epoch, None if it has none."""
        self._runs[partition] = [] if epoch is None else [_Run(offset - 1, epoch)]

    def keep(self, partitions: Collection[int]) -> None:
        """Forget all other partitions."""
        self._runs = {n: runs for n, runs in self._runs.items() if n in partitions}

    def rewind(self, offsets: Mapping[int, int]) -> None:
        """Forget the records from these offsets on, which are read again."""
        for number, offset in offsets.items():
            runs = [run for run in self._runs.get(number, ()) if run.first < offset]
            if runs:
                runs[-1].last = min(runs[-1].last, offset - 1)
            self._runs[number] = runs

    def before(self, partition: int, offset: int) -> int | None:
        """The epoch of the record before an offset, None if it is not known."""
        for run in reversed(self._runs.get(partition, ())):
            if run.first < offset:
                return run.epoch if offset - 1 <= run.last else None
        return None


class Membership(NamedTuple):
    """What a commit needs of the source: the client's own `metadata`, and the epochs."""

    metadata: object
    epochs: LeaderEpochs


def placed(
    topic: str, partition: int, offset: int, epoch: int | None, note: str = ""
) -> TopicPartition:
    """An offset with the epoch of the record before it, if that is known, and a note."""
    if epoch is None:
        return TopicPartition(topic, partition, offset, note)
    return TopicPartition(topic, partition, offset, note, epoch)


def _extend(runs: list[_Run], offset: int, epoch: int | None) -> None:
    if not runs or runs[-1].epoch != epoch:
        runs.append(_Run(offset, epoch))
    runs[-1].last = offset


def _offset(message: Message) -> int:
    offset = message.offset()
    return -1 if offset is None else offset
