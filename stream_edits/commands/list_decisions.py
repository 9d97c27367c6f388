"""`decisions`: read the decisions back from the three decision topics."""

import sys
from collections.abc import Callable, Collection, Iterator, Sequence

from stream_edits.app.wiring import schema_source
from stream_edits.codec.decisions import decision_to_json, decode_decision
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.schemas import SchemaSource
from stream_edits.commands.progress import Progress
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.kafka import read_topic
from stream_edits.engine.ports import Record
from stream_edits.report import print_report
from stream_edits.settings import Settings

# It does not repeat the id, which may be that of a member's claim.
NO_DECISION = (
    "there is no decision on this claim on the decision topics; check its id, and whether the "
    "stages run (`stream-edits decisions --wait 60` waits for them)"
)


def print_decisions(
    settings: Settings, claim_id: str | None, form: str, wanted_progress: bool | None = None
) -> int:
    """Print the decisions committed so far, of one claim or of all.

    ``form`` is ``json``, topic after topic, or ``table``, by the time of the causing event.
    Returns the number of records that are not decisions; each is reported on stderr by its place.
    Prints a summary on stderr. Raises EngineStopped for a claim without a decision, ClientError,
    RegistryAway.
    """
    decisions: list[ClaimDecision] = []
    claim_ids = None if claim_id is None else {claim_id}
    with Progress(wanted_progress, unit="records") as progress:
        for _, decision in published_decisions(
            settings, schema_source(settings), claim_ids, report=progress.refuse
        ):
            progress.count()
            if decision is None:
                continue
            progress.decide([decision])
            if form == "json":
                sys.stdout.write(decision_to_json(decision) + "\n")
            else:
                decisions.append(decision)
    if claim_id is not None and not progress.read:
        raise EngineStopped(NO_DECISION)
    if form == "table":
        print_report(sorted(decisions, key=lambda d: (d.decided_at, d.claim_id, d.revision)))
    sys.stdout.flush()
    progress.summary()
    return progress.refused


def _on_stderr(text: str) -> None:
    print(text, file=sys.stderr)


def published_decisions(
    settings: Settings,
    schemas: SchemaSource,
    claim_ids: Collection[str] | None = None,
    *,
    order: Sequence[Disposition] = tuple(Disposition),
    report: Callable[[str], None] = _on_stderr,
) -> Iterator[tuple[Record, ClaimDecision | None]]:
    """Every record of the three topics of decisions, topic after topic, or those of some claims.

    ``order`` is that of the topics. None stands for a record that is not a decision; ``report``
    gets its place and what is wrong with it first. Raises ClientError, EngineStopped, RegistryAway.
    """
    topics = settings.topics.by_key()
    keys = None if claim_ids is None else {claim_id.encode() for claim_id in claim_ids}
    group_id = settings.group_id("decisions")
    for disposition in order:
        topic = topics[disposition.lower()]
        for record in read_topic(settings.kafka_options(), topic, group_id):
            if keys is not None and record.key not in keys:
                continue
            try:
                yield record, decode_decision(record.value or b"", schemas)
            except Undecodable as failure:
                place = f"{record.topic}/{record.partition}/{record.offset}"
                report(f"{place}: {failure.error_class}: {failure.message}")
                yield record, None
