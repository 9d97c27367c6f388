"""`publish`: write the claims and reviews of a file to their topics."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from stream_edits.app.wiring import registry_of
from stream_edits.codec.avro import Encoder
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.reviews import review_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, REVIEW_EVENT, schema_of
from stream_edits.commands.files.claim_files import Events, open_events
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.kafka import publish_records
from stream_edits.engine.ports import Output
from stream_edits.engine.sizes import record_bytes
from stream_edits.settings import Settings
from stream_edits.text import counted

_DEFAULT = FileOptions()


def publish_files(settings: Settings, files: Sequence[str], options: FileOptions = _DEFAULT) -> int:
    """Publish each claim and each review of files in Confluent framing, keyed by member.

    Returns the number of lines that are neither, or too large for a record. Prints a summary on
    stderr. Raises NotRegistered or RegistryAway where a registry is configured, ClientError,
    EngineStopped, BadFiles, BadX12Option.
    """
    # First the files: whether they can be read needs no broker.
    with open_events(files, options) as events:
        _publish(settings, events)
        return events.bad


def _publish(settings: Settings, events: Events) -> None:
    topics = settings.topics
    encode_claim = claim_encoder(_id_of(settings, topics.events, CLAIM_EVENT))
    # Reviews need a registered schema only where there are reviews.
    encode_review = cache(lambda: encoder_of_reviews(settings))
    published: Counter[str] = Counter({topics.events: 0})
    place: Source

    def records() -> Iterator[Output]:
        nonlocal place
        for source, event in events:
            place = source
            if isinstance(event, ClaimEvent):
                output = Output(topics.events, event.member_id.encode(), encode_claim(event))
            else:
                output = review_output(settings, event, encode_review())
            published[output.topic] += 1
            yield output

    def too_large(record: Output, limit: int) -> None:
        published[record.topic] -= 1
        size = record_bytes(record.key, record.value)
        events.refuse(
            place,
            "TooLarge",
            f"the record has {size:,} bytes, and the client sends at most {limit:,}; raise "
            f"STREAM_EDITS_KAFKA__MESSAGE_MAX_BYTES, and max.message.bytes of {record.topic}",
        )

    publish_records(settings.kafka_options(), records(), too_large)
    events.progress.end()
    for topic, count in published.items():
        what = "reviews" if topic == topics.reviews else "claims"
        print(f"published {counted(count, what)} to {topic}", file=sys.stderr)
    events.progress.summary(f"{published.total():,} published")


def encoder_of_reviews(settings: Settings) -> Encoder:
    """The encoder of reviews, with the registry's id where one is configured.

    Raises NotRegistered, RegistryAway.
    """
    return review_encoder(_id_of(settings, settings.topics.reviews, REVIEW_EVENT))


def review_output(settings: Settings, review: ReviewEvent, encode: Encoder) -> Output:
    """A review as a record of the reviews topic."""
    return Output(settings.topics.reviews, review.member_id.encode(), encode(review))


def _id_of(settings: Settings, topic: str, record: str) -> int:
    own = schema_of(record)
    if settings.schema_registry_url is None:
        return own.id
    return registry_of(settings).id_for(topic, own.text)
