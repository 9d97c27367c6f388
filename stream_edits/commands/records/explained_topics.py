"""Reads from the topics what `explain` needs: the decisions on a claim, and the events near it."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from stream_edits.app.wiring import schema_source
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.schemas import SchemaSource
from stream_edits.commands.records.decision_records import published_decisions
from stream_edits.commands.records.event_records import Order, event_decoder, event_records
from stream_edits.commands.records.topic_records import records_of, source_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.encounter import member_in
from stream_edits.explain.account import NotExplained
from stream_edits.explain.history import Event, supervisors_of
from stream_edits.settings import Settings


class Read(NamedTuple):
    """Events in order, the decisions that were published, and how much was not valid."""

    events: list[tuple[Event, Source]]
    published: list[ClaimDecision]
    bad: int


class _Placed(NamedTuple):
    """An event, where it comes in the order of the records, and where it is."""

    order: Order
    source: Source
    event: Event


def of_topics(settings: Settings, claim_id: str) -> Read:
    """The decisions on a claim, and the events of its member and of its supervisors' patients.

    The topic of claims is read up to three times, so that only those events are kept. They are put
    in the order of their records. Raises NotExplained without a decision, ClientError,
    RegistryAway.
    """
    schemas = schema_source(settings)
    found = [each for _, each in published_decisions(settings, schemas, claim_ids={claim_id})]
    published = [each for each in found if each is not None]
    if not published:
        raise NotExplained("the decision topics have no decision on this claim")
    member = member_in(max(published, key=lambda x: x.revision).encounter_keys)
    if member is None:
        raise NotExplained("the newest decision on the claim does not name its member")
    placed = list(_events(settings, schemas, {member.encode()}))
    claims = [x.event for x in placed if isinstance(x.event, ClaimEvent)]
    supervisors = supervisors_of(x for x in claims if x.claim_id == claim_id)
    if supervisors:
        keys = set(_members_under(settings, {npi.encode() for npi in supervisors}))
        placed = list(_events(settings, schemas, {*keys, member.encode()}))
    placed.sort(key=lambda each: each.order)
    events = [(each.event, each.source) for each in placed]
    return Read(events, published, len(found) - len(published))


def _members_under(settings: Settings, supervisors: Collection[bytes]) -> Iterator[bytes]:
    """The keys of claims that may have one of these supervisors: those whose bytes have the NPI."""
    for record in records_of(settings, settings.topics.events):
        value = record.value or b""
        if record.key is not None and any(npi in value for npi in supervisors):
            yield record.key


def _events(
    settings: Settings, schemas: SchemaSource, members: Collection[bytes]
) -> Iterator[_Placed]:
    """The claims and reviews of these members. What the stages refuse is a dead letter there."""
    decode = event_decoder(settings.topics, schemas)
    for order, record in event_records(settings):
        if record.key in members:
            try:
                event = decode(record)
            except Undecodable:
                continue
            yield _Placed(order, source_of(record), event)
