"""`decisions`: read the decisions back from the three decision topics."""

import sys
from collections.abc import Collection, Iterator

from stream_edits.app.wiring import schema_source
from stream_edits.codec.decisions import decision_to_json, decode_decision
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.schemas import SchemaSource
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.kafka import read_topic
from stream_edits.engine.ports import Record
from stream_edits.report import print_report
from stream_edits.settings import Settings


def print_decisions(settings: Settings, claim_id: str | None, form: str) -> int:
    """Print the decisions committed so far, of one claim or of all.

    ``form`` is ``json``, topic after topic, or ``table``, by the time of the causing event.
    Returns the number of records that are not decisions; each is reported on stderr by its place.
    Raises ClientError, EngineStopped, RegistryAway.
    """
    decisions: list[ClaimDecision] = []
    bad = 0
    claim_ids = None if claim_id is None else {claim_id}
    for _, decision in published_decisions(settings, schema_source(settings), claim_ids):
        if decision is None:
            bad += 1
        elif form == "json":
            sys.stdout.write(decision_to_json(decision) + "\n")
        else:
            decisions.append(decision)
    if form == "table":
        print_report(sorted(decisions, key=lambda d: (d.decided_at, d.claim_id, d.revision)))
    sys.stdout.flush()
    return bad


def published_decisions(
    settings: Settings, schemas: SchemaSource, claim_ids: Collection[str] | None = None
) -> Iterator[tuple[Record, ClaimDecision | None]]:
    """Every record of the three topics of decisions, topic after topic, or those of some claims.

    None stands for a record that is no decision; its place is reported on stderr. Raises
    ClientError, EngineStopped, RegistryAway.
    """
    topics = settings.topics
    keys = None if claim_ids is None else {claim_id.encode() for claim_id in claim_ids}
    for topic in (topics.pass_, topics.pend, topics.deny):
        for record in read_topic(settings.kafka_options(), topic, settings.group_id("decisions")):
            if keys is not None and record.key not in keys:
                continue
            try:
                yield record, decode_decision(record.value or b"", schemas)
            except Undecodable as failure:
                place = f"{record.topic}/{record.partition}/{record.offset}"
                print(f"{place}: {failure.error_class}: {failure.message}", file=sys.stderr)
                yield record, None
