"""Dead letters sent back to the topics they came from, each exactly once.

The transaction that sends a letter back also writes a marker for it. A redrive first fences the
previous one and ends its transaction, and only then reads the markers. So neither a second redrive
nor one that was killed can send a letter back twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from stream_edits.text import counted

from .batches.batch import REFUSALS
from .dead_letters.dead_letter import is_dead_letter, is_reference, original
from .dead_letters.headers import DEAD_LETTER_HEADERS, REDRIVE_COUNT, REFERENCE_HEADERS
from .errors import EngineStopped
from .ports import Limits, Output, Record, Sink
from .sizes import record_bytes
from .transaction import TransactionAborted, Transactions, remedy_of

# The values of one transaction, which are held in memory and sent within its time.
_MOST_BYTES = 1 << 24
# After a refused record, the next transaction of the client may fail with this, and not the one
# after it.
_FOLLOWS = "OUT_OF_ORDER_SEQUENCE_NUMBER"

# Partition and offset in the dead-letter topic.
PartitionOffset = tuple[int, int]
# The record at a topic, partition and offset, None if it is not there.
Read = Callable[[str, int, int], Record | None]


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
    def place(self) -> PartitionOffset:
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


class RedrivenLetters(NamedTuple):
    """What became of some letters: which a commit sent back, and which stay, each with why."""

    sent: Collection[PartitionOffset] = ()
    left: Mapping[PartitionOffset, str] = {}


class _Returned(NamedTuple):
    """A letter on its way back: its place, the record for its topic, and its marker."""

    place: PartitionOffset
    record: Output
    marker: Output


class _CannotReturn(Exception):
    """A letter that stays. The text follows on "the dead letter at ...": it has no value."""


def redrive(
    letters: Iterable[Record],
    chosen: Collection[PartitionOffset],
    marker_topic: str,
    transactions: Transactions,
    batch_size: int,
    read: Read,
    limits: Limits,
) -> Iterator[RedrivenLetters]:
    """Send the letters at the `chosen` places back, at most `batch_size` in a transaction, and
    fewer large ones.

    `letters` are records of the dead-letter topic. `read` finds the records of the references among
    them. Yields an outcome after each commit, and one for each letter that cannot be sent back: it
    stays as it is, and the others go. Raises EngineStopped: what was committed before stays, and
    the other letters are unchanged.
    """
    batch: list[_Returned] = []
    held = 0
    for record in letters:
        place = (record.partition, record.offset)
        if place not in chosen:
            continue
        try:
            batch.append(_sent_back(record, marker_topic, read, limits))
        except _CannotReturn as reason:
            yield RedrivenLetters(left={place: str(reason)})
            continue
        held += len(batch[-1].record.value or b"")
        if len(batch) == batch_size or held >= _MOST_BYTES:
            yield from _commit(batch, transactions)
            batch, held = [], 0
    if batch:
        yield from _commit(batch, transactions)


def _commit(batch: list[_Returned], transactions: Transactions) -> Iterator[RedrivenLetters]:
    """Commit a batch, in halves if the brokers refuse a record, until that one is found."""

    aborted = _aborted(batch, transactions)
    if aborted is not None and aborted.code == _FOLLOWS:
        aborted = _aborted(batch, transactions)
    if aborted is None:
        yield RedrivenLetters([each.place for each in batch])
    elif aborted.code not in REFUSALS:
        raise EngineStopped(_stopped_at(batch, aborted))
    elif len(batch) > 1:
        middle = len(batch) // 2
        yield from _commit(batch[:middle], transactions)
        yield from _commit(batch[middle:], transactions)
    else:
        ((place, record, _),) = batch
        reason = (
            f"is refused by the brokers ({aborted.reason}): check max.message.bytes and "
            f"cleanup.policy of {record.topic}"
        )
        yield RedrivenLetters(left={place: reason})


def _aborted(batch: list[_Returned], transactions: Transactions) -> TransactionAborted | None:
    """Commit the batch in one transaction. None, or how it was aborted."""

    def write(sink: Sink) -> None:
        sink.produce(output for each in batch for output in (each.record, each.marker))

    try:
        transactions.commit(write)
    except TransactionAborted as aborted:
        return aborted
    return None


def _stopped_at(batch: list[_Returned], aborted: TransactionAborted) -> str:
    (partition, offset), topics = batch[0].place, sorted({each.record.topic for each in batch})
    return (
        f"the transaction of {counted(len(batch), 'dead letters')} from {partition}/{offset} on, "
        f"to {', '.join(topics)}, was aborted ({aborted.reason}), and nothing of it was redriven: "
        f"{remedy_of(aborted.code)}; then redrive again"
    )


def _sent_back(record: Record, marker_topic: str, read: Read, limits: Limits) -> _Returned:
    letter = letter_of(record)
    if letter is None:
        raise _CannotReturn("was not written by a stage")
    source = record if letter.reference is None else _referred(letter, letter.reference, read)
    count = b"%d" % (letter.redrives + 1)
    headers = [*original(source.headers).headers, (REDRIVE_COUNT, count)]
    back = Output(letter.source_topic, source.key, source.value, headers)
    size, limit = record_bytes(back.key, back.value, headers), limits.of(back.topic)
    if size > limit:
        raise _CannotReturn(
            f"may take {size} bytes with its count, and {back.topic} takes {limit}: raise its "
            "max.message.bytes"
        )
    return _Returned(letter.place, back, Output(marker_topic, letter.marker, count))


def _referred(letter: Letter, reference: Reference, read: Read) -> Record:
    """The record that a reference stands for. Raises _CannotReturn if it is not there any more."""
    record = read(letter.source_topic, letter.source_partition, letter.source_offset)
    value = record.value if record is not None else None
    if record is None or hashlib.sha256(value or b"").hexdigest() != reference.sha256:
        raise _CannotReturn(
            "is a reference, and its record is no longer at "
            f"{letter.source_topic}/{letter.source_partition} offset {letter.source_offset}"
        )
    return record
