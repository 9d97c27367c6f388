"""The claims and reviews that are on their topics now, in one order, to be replayed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from stream_edits.app.wiring import schema_source
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.codec.reviews import ReviewReader
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.kafka import read_topic
from stream_edits.impact.spill import Disk
from stream_edits.settings import Settings

_COLUMNS = "at INTEGER, topic TEXT, partition INTEGER, place INTEGER, written INTEGER, value BLOB"
_AT_ONCE = 500
Event = TypeVar("Event", ClaimEvent, ReviewEvent)


def place_of(source: Source) -> str:
    """A record's place as it is reported: topic, partition and offset."""
    return f"{source.topic}/{source.partition}/{source.offset}"


def topic_events(
    settings: Settings, since: datetime | None, report: Callable[[Source, str, str], None]
) -> Iterator[tuple[Source, ClaimEvent | ReviewEvent | None]]:
    """Each claim and review with its place, by the timestamps of their records, claims first.

    Each partition keeps its own order: a record that says it is older than the one before it counts
    as just as old. None stands for a record that is neither; ``report`` gets its place, its error
    class and what is wrong with it.
    ``since`` leaves out records with an earlier timestamp. No group is joined and nothing is
    committed. Raises ClientError, EngineStopped, RegistryAway.
    """
    schemas = schema_source(settings)
    claims, reviews = ClaimReader(schemas), ReviewReader(schemas)

    topics = settings.topics
    decode: dict[str, Callable[[bytes, int], ClaimEvent | ReviewEvent]] = {
        topics.events: _checked(claims.decode, check_taken_in),
        topics.reviews: _checked(reviews.decode, check_review),
    }
    disk = Disk()
    for topic, partition, offset, written_ms, value in _in_order(
        settings, disk, list(decode), since
    ):
        source = Source(topic, partition, offset)
        try:
            event = decode[topic](value or b"", written_ms)
        except Undecodable as failure:
            report(source, failure.error_class, failure.message)
            yield source, None
        else:
            yield source, event


def _checked(
    decode: Callable[[bytes], Event], check: Callable[[Event, int], None]
) -> Callable[[bytes, int], Event]:
    """What reads a value and checks it against the timestamp of its record (ms)."""

    def read(value: bytes, written_ms: int) -> Event:
        event = decode(value)
        check(event, written_ms)
        return event

    return read


def _in_order(
    settings: Settings, disk: Disk, topics: list[str], since: datetime | None
) -> Iterator[tuple[str, int, int, int, bytes | None]]:
    """Every record of the topics, kept on disk until all are read, in one order.

    Yields its topic, partition and offset, its timestamp (ms), and its value.
    """
    table = disk.table(_COLUMNS)
    first_ms = None if since is None else int(since.timestamp() * 1000)
    rows: list[tuple[object, ...]] = []
    insert = f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)"
    for topic in topics:
        newest: dict[int, int] = {}
        for record in read_topic(settings.kafka_options(), topic, settings.group_id("decisions")):
            if first_ms is not None and record.timestamp_ms < first_ms:
                continue
            written_ms = record.timestamp_ms
            at = max(written_ms, newest.get(record.partition, 0))
            newest[record.partition] = at
            rows.append((at, topic, record.partition, record.offset, written_ms, record.value))
            if len(rows) >= _AT_ONCE:
                disk.run_many(insert, rows)
                rows.clear()
    disk.run_many(insert, rows)
    claims_first = " ".join(f"WHEN ? THEN {place}" for place in range(len(topics)))
    return disk.run(
        f"SELECT topic, partition, place, written, value FROM {table} "
        f"ORDER BY at, CASE topic {claims_first} END, partition, place",
        topics,
    )
