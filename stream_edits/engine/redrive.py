"""Dead letters sent back to the topics they came from, each exactly once.

The transaction that sends a letter back also writes a marker for it. A redrive first fences the
previous one and ends its transaction, and only then reads the markers. So neither a second redrive
nor one that was killed can send a letter back twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from .dead_letter import is_dead_letter, is_reference, original
from .dead_letter_headers import DEAD_LETTER_HEADERS, REDRIVE_COUNT, REFERENCE_HEADERS
from .errors import EngineStopped
from .ports import Output, Record, Sink
from .transaction import TransactionAborted, Transactions

# The values of one transaction, which are held in memory and sent within its time.
_MOST_BYTES = 1 << 24


class Reference(NamedTuple):
    """The value that a reference leaves in its topic: its size in bytes and its SHA-256 in hex."""

    value_bytes: int
    sha256: str


class Letter(NamedTuple):
    """The metadata of a dead letter; of the record itself only the sizes, in bytes.

    Times are milliseconds of Unix time. `own_headers` counts the headers of the publisher.
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
    reference: Reference | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Partition and offset in the dead-letter topic."""
        return self.partition, self.offset

    @property
    def marker(self) -> bytes:
        """The key of the record that marks it as redriven.

        It stays unique when the dead-letter topic is deleted and created again.
        """
        return b"%d/%d/%d" % (self.partition, self.offset, self.timestamp_ms)


def letter_of(record: Record) -> Letter | None:
    """The letter in a record of the dead-letter topic, None if no stage has written the record."""
    if not is_dead_letter(record.headers):
        return None
    kind = REFERENCE_HEADERS if is_reference(record.headers) else DEAD_LETTER_HEADERS
    values = [value or b"" for _, value in record.headers[-len(kind) :]]
    try:
        texts = [value.decode() for value in values]
        error_class, message, stage, topic, partition, offset, at, version, redrives = texts[:9]
        return Letter(
            partition=record.partition,
            offset=record.offset,
            timestamp_ms=record.timestamp_ms,
            error_class=error_class,
            error_message=message,
            stage=stage,
            source_topic=topic,
            source_partition=int(partition),
            source_offset=int(offset),
            source_timestamp_ms=int(at),
            engine_version=version,
            redrives=int(redrives),
            own_headers=len(record.headers) - len(kind),
            key_bytes=None if record.key is None else len(record.key),
            value_bytes=None if record.value is None else len(record.value),
            reference=Reference(int(texts[9]), texts[10]) if texts[9:] else None,
        )
    except ValueError:
        return None


def redrive(
    letters: Iterable[Record],
    chosen: Collection[tuple[int, int]],
    marker_topic: str,
    transactions: Transactions,
    batch_size: int,
    read: Callable[[str, int, int], Record | None],
) -> Iterator[int]:
    """Send the letters at the `chosen` places back, at most `batch_size` in a transaction, and
    fewer large ones.

    `letters` are records of the dead-letter topic, `chosen` are pairs of partition and offset.
    `read` returns the record at a topic, partition and offset, for the references among them.
    Yields the number of letters after each commit. Raises EngineStopped: what was committed before
    stays, and the other letters are unchanged.
    """
    wanted = (record for record in letters if (record.partition, record.offset) in chosen)
    for batch in _batches(wanted, batch_size):
        outputs = [output for record in batch for output in _sent_back(record, marker_topic, read)]

        def write(sink: Sink, outputs: list[Output] = outputs) -> None:
            sink.produce(outputs)

        try:
            transactions.commit(write)
        except TransactionAborted as aborted:
            raise EngineStopped(
                f"a transaction was aborted ({aborted.code}), its dead letters are unchanged: "
                "check the brokers, the ACLs and max.message.bytes, then redrive again"
            ) from None
        yield len(batch)


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """Lists of at most `size` records, which end early with the record that makes them large."""
    batch: list[Record] = []
    held = 0
    for record in records:
        batch.append(record)
        held += len(record.value or b"")
        if len(batch) == size or held >= _MOST_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _sent_back(
    record: Record, marker_topic: str, read: Callable[[str, int, int], Record | None]
) -> Iterator[Output]:
    letter = letter_of(record)
    if letter is None:
        raise EngineStopped("a record that no stage has written was chosen to be redriven")
    source = record if letter.reference is None else _referred(letter, letter.reference, read)
    published = original(source.headers).headers
    headers = [*published, (REDRIVE_COUNT, b"%d" % (letter.redrives + 1))]
    yield Output(letter.source_topic, source.key, source.value, headers)
    yield Output(marker_topic, letter.marker, b"%d" % (letter.redrives + 1))


def _referred(
    letter: Letter, reference: Reference, read: Callable[[str, int, int], Record | None]
) -> Record:
    """The record that a reference stands for. Raises EngineStopped if it is not there any more."""
    record = read(letter.source_topic, letter.source_partition, letter.source_offset)
    value = record.value if record is not None else None
    if record is None or hashlib.sha256(value or b"").hexdigest() != reference.sha256:
        raise EngineStopped(
            f"the record of the reference at {letter.partition}/{letter.offset} is no longer at "
            f"{letter.source_topic}/{letter.source_partition} offset {letter.source_offset}"
        )
    return record
