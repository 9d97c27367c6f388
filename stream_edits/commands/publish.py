"""`publish`: write the claims of a file to the events topic."""

import sys
from collections.abc import Iterator

from stream_edits.app.wiring import registry_of
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.jsonl import BadLine
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.commands.claim_files import open_claims, report_bad_line
from stream_edits.engine.kafka import publish_records
from stream_edits.engine.ports import Output
from stream_edits.settings import Settings


def publish_file(settings: Settings, file: str) -> int:
    """Publish each claim in Confluent framing, keyed by member.

    Returns the number of lines that are not valid claims. Raises NotRegistered or RegistryAway
    where a registry is configured, ClientError.
    """
    own, topic = schema_of(CLAIM_EVENT), settings.topics.events
    number = own.id
    if settings.schema_registry_url is not None:
        number = registry_of(settings).id_for(topic, own.text)
    encode = claim_encoder(number)
    bad = 0

    def records() -> Iterator[Output]:
        nonlocal bad
        with open_claims(file) as claims:
            for _, claim in claims:
                if isinstance(claim, BadLine):
                    bad += 1
                    report_bad_line(claim)
                else:
                    yield Output(topic, claim.member_id.encode(), encode(claim))

    published = publish_records(settings.kafka_options(), records())
    print(f"published {published} claims to {topic}", file=sys.stderr)
    return bad
