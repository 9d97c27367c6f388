"""What became of fuzzed records: read from the topics after the stages have drained."""

import hashlib
from collections import Counter

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.messages import decode_by_member
from stream_edits.codec.reviews import ReviewReader
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.domain.messages import RoutedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.dead_letters.headers import (
    SOURCE_OFFSET,
    SOURCE_PARTITION,
    SOURCE_TOPIC,
    VALUE_SHA256,
)
from tests.kafka.deployment import Deployment
from tests.kafka.topic_log import Kept

Place = tuple[int, int]
# The digest of a value, the error class, and whether it is a reference.
Letter = tuple[str, str, bool]


def claims_became(deployment: Deployment, count: int) -> Counter[str]:
    """What became of the records on the claims' topic. Raises AssertionError."""
    published = deployment.log.of(deployment.topics.events)
    assert len(published) == count
    decided, dead = _by_output(deployment), _by_letter(deployment, deployment.topics.events)
    outcomes: Counter[str] = Counter()
    for kept in published:
        place = kept.partition, kept.offset
        assert decided[place] + len(dead.get(place, ())) == 1, f"{place} has not one outcome"
        if place in dead:
            outcomes.update(_letter_of(kept, dead[place]))
    outcomes["routed or decided"] = decided.total()
    return outcomes


def _letter_of(kept: Kept, letters: list[Letter]) -> Counter[str]:
    """What became of a record, which must have one letter with its bytes."""
    ((digest, error_class, is_reference),) = letters
    assert digest == hashlib.sha256(kept.value or b"").hexdigest(), "other bytes"
    return Counter({error_class: 1, "references": int(is_reference)})


def reviews_became(deployment: Deployment, count: int) -> Counter[str]:
    """What became of the records on the reviews' topic. Raises AssertionError.

    Those without a dead letter were sent to their members' claims.
    """
    topics = deployment.topics
    published = deployment.log.of(topics.reviews)
    assert len(published) == count
    dead = _by_letter(deployment, topics.reviews)
    read = ReviewReader(PackagedSchemas()).decode
    wanted: Counter[ReviewEvent] = Counter()
    outcomes: Counter[str] = Counter()
    for kept in published:
        place = kept.partition, kept.offset
        if place in dead:
            outcomes.update(_letter_of(kept, dead[place]))
        else:
            wanted[read(kept.value or b"")] += 1
    decode = ClaimReader(PackagedSchemas()).decode
    messages = [
        decode_by_member(r.value or b"", decode) for r in deployment.log.of(topics.by_member)
    ]
    sent = Counter(message for message, _ in messages if isinstance(message, ReviewEvent))
    assert sent == wanted, "reviews were lost or sent twice"
    outcomes["reviews sent on"] = sent.total()
    return outcomes


def _by_output(deployment: Deployment) -> Counter[Place]:
    """How often each record of the events was routed, or decided by intake."""
    topics, found = deployment.topics, Counter[Place]()
    decode = ClaimReader(PackagedSchemas()).decode
    for record in deployment.log.of(topics.by_member):
        message, _ = decode_by_member(record.value or b"", decode)
        if isinstance(message, RoutedClaim):
            found[message.source.partition, message.source.offset] += 1
    routed = set(found)
    for record in deployment.log.of(topics.pass_, topics.pend, topics.deny):
        source = decode_decision(record.value or b"", PackagedSchemas()).source
        place = source.partition, source.offset
        if place not in routed:
            found[place] += 1
    return found


def _by_letter(deployment: Deployment, topic: str) -> dict[Place, list[Letter]]:
    """The digest of the value, the error class, and whether it is a reference, by source."""
    found: dict[Place, list[Letter]] = {}
    for letter in deployment.log.of(deployment.topics.dead_letter):
        headers = {name: value or b"" for name, value in letter.headers}
        if headers[SOURCE_TOPIC].decode() != topic:
            continue
        place = int(headers[SOURCE_PARTITION]), int(headers[SOURCE_OFFSET])
        is_reference = letter.headers[-1][0] == VALUE_SHA256
        digest = hashlib.sha256(letter.value or b"").hexdigest()
        if is_reference:
            digest = headers[VALUE_SHA256].decode()
        entry = (digest, headers["error.class"].decode(), is_reference)
        found.setdefault(place, []).append(entry)
    return found
