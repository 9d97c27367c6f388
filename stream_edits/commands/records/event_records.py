"""The records of the topics of claims and reviews: their order, and the events in them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.codec.reviews import ReviewReader
from stream_edits.codec.schemas import SchemaSource
from stream_edits.commands.records.topic_records import records_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.records import Record
from stream_edits.settings import Settings, Topics

Event = ClaimEvent | ReviewEvent


class Order(NamedTuple):
    """Where a record comes among all records of the topics: the records sort by it.

    ``at_ms`` is the newest timestamp of its partition up to the record itself, in milliseconds
    since 1970, UTC: a record that says it is older than the one before it counts as just as old, so
    that each partition keeps its order. ``topic`` is the topic's place in `event_topics`.
    """

    at_ms: int
    topic: int
    partition: int
    offset: int


def event_topics(topics: Topics) -> tuple[str, str]:
    """The topics of claims and of reviews: a claim comes before a review of the same moment."""
    return topics.events, topics.reviews


def event_records(settings: Settings) -> Iterator[tuple[Order, Record]]:
    """Every record of the two topics and its order, topic after topic, not yet sorted.

    Raises ClientError.
    """
    for place, topic in enumerate(event_topics(settings.topics)):
        newest: dict[int, int] = {}
        for record in records_of(settings, topic):
            partition = record.partition
            newest[partition] = at_ms = max(record.timestamp_ms, newest.get(partition, 0))
            yield Order(at_ms, place, partition, record.offset), record


def event_decoder(topics: Topics, schemas: SchemaSource) -> Callable[[Record], Event]:
    """A function that returns the event of a record of the two topics.

    It refuses what the stages refuse: it raises Undecodable, RegistryAway.
    """
    claims, reviews = ClaimReader(schemas), ReviewReader(schemas)

    def decode(record: Record) -> Event:
        value = record.value or b""
        if record.topic == topics.events:
            claim = claims.decode(value)
            check_taken_in(claim, record.timestamp_ms)
            return claim
        review = reviews.decode(value)
        check_review(review, record.timestamp_ms)
        return review

    return decode
