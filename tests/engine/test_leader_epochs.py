"""The leader epochs of the records that were read."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from stream_edits.engine.kafka.leader_epochs import LeaderEpochs, placed


class Read(NamedTuple):
    """A message of the client, as far as it is looked at."""

    at: int
    number: int
    of_epoch: int | None

    def offset(self) -> int:
        """Its offset."""
        return self.at

    def partition(self) -> int:
        """Its partition."""
        return self.number

    def leader_epoch(self) -> int | None:
        """The epoch of the leader that wrote it."""
        return self.of_epoch


def note(epochs: LeaderEpochs, batch: list[Any]) -> None:
    epochs.note(batch)


def reading(*batches: list[Read]) -> LeaderEpochs:
    epochs = LeaderEpochs()
    for batch in batches:
        note(epochs, batch)
    return epochs


def before(epochs: LeaderEpochs, number: int, *offsets: int) -> list[int | None]:
    return [epochs.before(number, offset) for offset in offsets]


# Offset 3 is a transaction marker, which no reader sees.
LOG = [Read(0, 0, 5), Read(1, 0, 5), Read(2, 0, 6), Read(4, 0, 6), Read(5, 0, 9)]
OFFSETS = range(8)
KNOWN = [None, 5, 5, 6, 6, 6, 9, None]


@pytest.mark.parametrize("cut", range(6))
def test_each_offset_has_the_epoch_of_the_record_before_it(cut: int) -> None:
    """However the records are divided into batches."""
    epochs = reading(LOG[:cut], LOG[cut:])
    assert before(epochs, 0, *OFFSETS) == KNOWN
    assert before(epochs, 1, *OFFSETS) == [None] * 8


def test_partitions_have_their_own_epochs() -> None:
    other = [Read(at, 1, 1) for at in range(3)]
    mixed = [each for pair in zip(LOG, other, strict=False) for each in pair]
    epochs = reading(mixed, LOG[3:])
    assert before(epochs, 0, *OFFSETS) == KNOWN
    assert before(epochs, 1, 1, 3, 4) == [1, 1, None]


def test_records_without_an_epoch_get_none_from_their_neighbours() -> None:
    epochs = reading([Read(0, 0, 2), Read(1, 0, None), Read(2, 0, None), Read(3, 0, 3)])
    assert before(epochs, 0, 1, 2, 3, 4) == [2, None, None, 3]


def test_what_is_read_again_after_a_seek_has_its_new_epoch() -> None:
    epochs = reading(LOG)
    epochs.rewind({0: 2})
    assert before(epochs, 0, *OFFSETS) == [None, 5, 5, None, None, None, None, None]
    note(epochs, [Read(2, 0, 7)])
    assert before(epochs, 0, 2, 3, 4) == [5, 7, None]
    epochs.rewind({0: 0})
    assert before(epochs, 0, *OFFSETS) == [None] * 8


def test_a_committed_offset_brings_its_epoch() -> None:
    epochs = reading(LOG)
    epochs.note_committed(0, 9, 8)
    assert before(epochs, 0, 6, 8, 9, 10) == [None, None, 8, None]
    note(epochs, [Read(12, 0, 8)])
    assert before(epochs, 0, 9, 13) == [8, 8]
    epochs.note_committed(0, 9, None)
    assert before(epochs, 0, 9, 13) == [None, None]


def test_partitions_that_went_away_are_forgotten() -> None:
    epochs = reading([*LOG, Read(0, 1, 1)])
    epochs.keep([1])
    assert (epochs.before(0, 6), epochs.before(1, 1)) == (None, 1)


def test_old_epochs_are_forgotten_and_never_guessed() -> None:
    epochs = reading([Read(at, 0, at) for at in range(100)])
    assert before(epochs, 0, 100, 99, 85) == [99, 98, 84]
    assert before(epochs, 0, 84, 1) == [None, None]


def test_an_offset_without_an_epoch_is_placed_without() -> None:
    assert placed("t", 0, 7, None, "note").leader_epoch is None
    place = placed("t", 0, 7, 3, "note")
    assert (place.offset, place.metadata, place.leader_epoch) == (7, "note", 3)
