"""The decisions on their three topics, for every command that reads them."""

import sys
from collections.abc import Callable, Collection, Iterator

from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.schemas import SchemaSource
from stream_edits.commands.records.topic_records import place_of, records_of, source_of
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.records import Record
from stream_edits.settings import Settings


def _on_stderr(text: str) -> None:
    print(text, file=sys.stderr)


def published_decisions(
    settings: Settings,
    schemas: SchemaSource,
    *,
    claim_ids: Collection[str] | None = None,
    with_withdrawals: bool = False,
    pends_first: bool = False,
    refuse: Callable[[str], None] = _on_stderr,
) -> Iterator[tuple[Record, ClaimDecision | None]]:
    """Every record of the three topics, topic after topic, or those on some claims.

    ``with_withdrawals`` adds those that may withdraw one of these claims.
    ``pends_first`` starts with the topic of pends. None stands for a record that is not a decision;
    ``refuse`` gets a text with its place and what is wrong with it. Raises ClientError,
    EngineStopped, RegistryAway.
    """
    pass_, pend, deny = settings.topics.pass_, settings.topics.pend, settings.topics.deny
    named = None if claim_ids is None else {claim_id.encode() for claim_id in claim_ids}
    for topic in (pend, pass_, deny) if pends_first else (pass_, pend, deny):
        for record in records_of(settings, topic):
            if named is not None and not _is_about(record, named, with_withdrawals):
                continue
            try:
                yield record, decode_decision(record.value or b"", schemas)
            except Undecodable as failure:
                place = place_of(source_of(record))
                refuse(f"{place}: {failure.error_class}: {failure.message}")
                yield record, None


def _is_about(record: Record, claim_ids: Collection[bytes], with_withdrawals: bool) -> bool:
    """Whether a decision is on one of these claims or may withdraw one. Nothing is decoded."""
    value = record.value or b""
    return record.key in claim_ids or (
        with_withdrawals and any(claim_id in value for claim_id in claim_ids)
    )
