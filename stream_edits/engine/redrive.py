"""Dead letters given back to the topics they came from, each exactly once.

A marker for each redriven letter is part of the transaction that gives it back. Who redrives first
fences and finishes its predecessor, and only then reads the markers: neither a second run nor one
that was killed can give a letter back twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from .dead_letter import is_dead_letter, original
from .errors import EngineStopped
from .headers import DEAD_LETTER_HEADERS, REDRIVE_COUNT
from .ports import Headers, Output, Record, Sink
from .transaction import TransactionAborted, Transactions


class Letter(NamedTuple):
    """What stands around a dead letter; nothing of the record itself but sizes.

    Times are milliseconds of Unix time. `marker` names the letter for ever, also when its topic is
    made anew.
    """

    partition: int
    offset: int
    timestamp_ms: int
    error_class: str
    error_message: str
    stage: str
    source_topic: str
    source_partition: int
    source_offset: int
    source_timestamp_ms: int
    engine_version: str
    redrives: int
    own_headers: int
    key_bytes: int | None
    value_bytes: int | None

    @property
    def place(self) -> tuple[int, int]:
        """Partition and offset in the dead-letter topic."""
        return self.partition, self.offset

    @property
    def marker(self) -> bytes:
        """The key of the marker that says it was redriven."""
        return b"%d/%d/%d" % (self.partition, self.offset, self.timestamp_ms)


def letter_of(record: Record) -> Letter | None:
    """The letter in a record of the dead-letter topic; None for what no stage has written."""
    if not is_dead_letter(record.headers):
        return None
    said = [value or b"" for _, value in record.headers[-len(DEAD_LETTER_HEADERS) :]]
    try:
        error_class, message, stage, topic, partition, offset, at, version, redrives = (
            value.decode() for value in said
        )
        return Letter(
            record.partition,
            record.offset,
            record.timestamp_ms,
            error_class,
            message,
            stage,
            topic,
            int(partition),
            int(offset),
            int(at),
            version,
            int(redrives),
            len(record.headers) - len(DEAD_LETTER_HEADERS),
            None if record.key is None else len(record.key),
            None if record.value is None else len(record.value),
        )
    except ValueError:
        return None


def redriven_headers(headers: Headers) -> Headers:
    """The record's own headers and one redrive more."""
    own, redrives = original(headers)
    return [*own, (REDRIVE_COUNT, b"%d" % (redrives + 1))]


def redrive(
    letters: Iterable[Record],
    chosen: Collection[tuple[int, int]],
    marker_topic: str,
    transactions: Transactions,
    batch_size: int,
) -> Iterator[int]:
    """Give the letters at the `chosen` places back, at most `batch_size` in a transaction; yields
    after each commit how many it held.

    `letters` are records of the dead-letter topic. Raises EngineStopped: what was committed before
    stays, the rest is as it was.
    """
    wanted = (record for record in letters if (record.partition, record.offset) in chosen)
    while batch := list(islice(wanted, batch_size)):
        outputs = [output for record in batch for output in _given_back(record, marker_topic)]

        def write(sink: Sink, outputs: list[Output] = outputs) -> None:
            sink.produce(outputs)

        try:
            transactions.commit(write)
        except TransactionAborted as aborted:
            raise EngineStopped(
                f"a transaction was aborted ({aborted.code}) and its dead letters wait as before: "
                "check the brokers, the ACLs and max.message.bytes, then redrive again"
            ) from None
        yield len(batch)


def _given_back(record: Record, marker_topic: str) -> Iterator[Output]:
    letter = letter_of(record)
    if letter is None:
        raise EngineStopped("a record that is no dead letter of ours was chosen to be redriven")
    headers = redriven_headers(record.headers)
    yield Output(letter.source_topic, record.key, record.value, headers)
    yield Output(marker_topic, letter.marker, b"%d" % (letter.redrives + 1))
