"""The claims and reviews that are on their topics now, in one order, to be replayed."""

from collections.abc import Callable, Iterator
from datetime import datetime

from stream_edits.app.wiring import schema_source
from stream_edits.codec.errors import Undecodable
from stream_edits.commands.records.event_records import (
    Event,
    event_decoder,
    event_records,
    event_topics,
)
from stream_edits.commands.records.topic_records import source_of
from stream_edits.domain.decision import Source
from stream_edits.engine.records import Record
from stream_edits.impact.spill import Disk
from stream_edits.settings import Settings

_COLUMNS = (
    "at INTEGER, topic INTEGER, partition INTEGER, place INTEGER, recorded INTEGER, value BLOB"
)
_AT_ONCE = 500


def topic_events(
    settings: Settings, since: datetime | None, report: Callable[[Source, str, str], None]
) -> Iterator[tuple[Source, Event | None]]:
    """Each claim and review with its place, in the order of `event_records`.

    None stands for a record that is neither; ``report`` gets its place, its error class and what is
    wrong with it. ``since`` leaves out records with an earlier timestamp. No group is joined and
    nothing is committed. Raises ClientError, EngineStopped, RegistryAway.
    """
    decode = event_decoder(settings.topics, schema_source(settings))
    for record in _sorted(settings, Disk(), since):
        source = source_of(record)
        try:
            event = decode(record)
        except Undecodable as failure:
            report(source, failure.error_class, failure.message)
            yield source, None
        else:
            yield source, event


def _sorted(settings: Settings, disk: Disk, since: datetime | None) -> Iterator[Record]:
    """Every record of the topics in order, kept on disk until all are read, without its key."""
    table = disk.table(_COLUMNS)
    first_ms = None if since is None else int(since.timestamp() * 1000)
    rows: list[tuple[object, ...]] = []
    insert = f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)"
    for order, record in event_records(settings):
        if first_ms is not None and record.timestamp_ms < first_ms:
            continue
        rows.append((*order, record.timestamp_ms, record.value))
        if len(rows) >= _AT_ONCE:
            disk.run_many(insert, rows)
            rows.clear()
    disk.run_many(insert, rows)
    topics = event_topics(settings.topics)
    ordered = f"SELECT * FROM {table} ORDER BY at, topic, partition, place"
    for _, topic, partition, offset, recorded_ms, value in disk.run(ordered):
        yield Record(topics[topic], partition, offset, None, value, (), recorded_ms)
