"""Claims and reviews as their sources publish them."""

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.reviews import encode_review
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent
from stream_edits.settings import Topics

Event = ClaimEvent | ReviewEvent
_encode = claim_encoder(schema_of(CLAIM_EVENT).id)


def published(event: Event, topics: Topics) -> tuple[str, bytes, bytes]:
    """The topic, key and value of a claim or a review. The key is the member."""
    key = event.member_id.encode()
    if isinstance(event, ReviewEvent):
        return topics.reviews, key, encode_review(event)
    return topics.events, key, _encode(event)
