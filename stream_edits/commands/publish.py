"""`publish`: write the claims and reviews of a file to their topics."""

import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache

from stream_edits.app.wiring import registry_of
from stream_edits.codec.avro import Encoder
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.jsonl import BadLine
from stream_edits.codec.reviews import review_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, REVIEW_EVENT, schema_of
from stream_edits.commands.claim_files import Numbered, open_events, report_bad_line
from stream_edits.commands.x12_options import X12Options
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.kafka import publish_records
from stream_edits.engine.ports import Output
from stream_edits.settings import Settings

_NO_X12 = X12Options()


def publish_file(settings: Settings, file: str, x12: X12Options = _NO_X12) -> int:
    """Publish each claim and each review in Confluent framing, keyed by member.

    Returns the number of lines that are neither. Raises NotRegistered or RegistryAway where a
    registry is configured, ClientError, BadX12Option, NotX12.
    """
    # First the file: whether its options fit needs no broker.
    with open_events(file, x12) as events:
        return _publish(settings, events)


def _publish(settings: Settings, events: Numbered) -> int:
    topics = settings.topics
    encode_claim = claim_encoder(_id_of(settings, topics.events, CLAIM_EVENT))
    # Reviews need a registered schema only where there are reviews.
    encode_review = cache(lambda: encoder_of_reviews(settings))
    published: Counter[str] = Counter({topics.events: 0})
    bad = 0

    def records() -> Iterator[Output]:
        nonlocal bad
        for _, event in events:
            if isinstance(event, BadLine):
                bad += 1
                report_bad_line(event)
                continue
            if isinstance(event, ClaimEvent):
                output = Output(topics.events, event.member_id.encode(), encode_claim(event))
            else:
                output = review_output(settings, event, encode_review())
            published[output.topic] += 1
            yield output

    publish_records(settings.kafka_options(), records())
    for topic, count in published.items():
        what = "reviews" if topic == topics.reviews else "claims"
        print(f"published {count} {what} to {topic}", file=sys.stderr)
    return bad


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
