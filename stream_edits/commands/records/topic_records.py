"""The records of the topics of claims, reviews and decisions, as the commands read them."""

from collections.abc import Iterator, Mapping

from stream_edits.domain.decision import Source
from stream_edits.engine.kafka import read_topic
from stream_edits.engine.records import Record
from stream_edits.settings import Settings


def records_of(
    settings: Settings, topic: str, start: Mapping[int, int] | None = None
) -> Iterator[Record]:
    """Every record of a topic, or of the partitions in ``start`` from those offsets on.

    No group is joined and nothing is committed. Raises EngineStopped, ClientError.
    """
    return read_topic(settings.kafka_options(), topic, settings.group_id("decisions"), start)


def source_of(record: Record) -> Source:
    """Where a record is."""
    return Source(record.topic, record.partition, record.offset)


def place_of(source: Source) -> str:
    """A record's place as it is reported: topic, partition and offset."""
    return f"{source.topic}/{source.partition}/{source.offset}"
