"""`--as adjustments` of `decisions` and `adjudicate`: what leaves for the remittance."""

import sys
from collections.abc import Iterator

from stream_edits.app.wiring import schema_source
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.schemas import SchemaSource
from stream_edits.commands.list_decisions import NO_DECISION
from stream_edits.commands.records.decision_records import published_decisions
from stream_edits.commands.records.topic_records import records_of, source_of
from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.ports import Record
from stream_edits.remittance.adjustments import CannotBeStated, adjustments_of
from stream_edits.remittance.ledger import Ledger, Standing
from stream_edits.remittance.rows import csv_heading, to_csv, to_json
from stream_edits.settings import Settings
from stream_edits.text import counted, verb


def print_published_adjustments(settings: Settings, claim_id: str | None, form: str) -> int:
    """Print the adjustments of the decisions that stand now, of one claim or of all.

    Reads the three topics of decisions and then the claims. Returns the number of records and
    decisions that could not be stated, each reported on stderr. Raises EngineStopped for a claim
    without a decision, ClientError, RegistryAway.
    """
    ledger, schemas, bad = Ledger(), schema_source(settings), 0
    wanted = None if claim_id is None else claim_id.encode()
    is_decided = wanted is None
    for record, decision in published_decisions(settings, schemas):
        is_decided = is_decided or record.key == wanted
        if decision is None:
            bad += 1
        else:
            ledger.add_decision(decision, record.timestamp_ms)
    if not is_decided:
        raise EngineStopped(NO_DECISION)
    _add_claims(settings, ledger, schemas)
    return bad + print_adjustments(ledger, form, claim_id)


def print_adjustments(ledger: Ledger, form: str, claim_id: str | None = None) -> int:
    """Print the adjustments of a ledger as ``json`` lines or ``csv``, of one claim or of all.

    Returns the number of decisions whose adjustments cannot be stated. They are reported on stderr
    by their id, and none of their rows is printed.
    """
    bad = 0
    if form == "csv":
        sys.stdout.write(csv_heading())
    for standing in ledger.standing():
        if claim_id is not None and standing.decision.claim_id != claim_id:
            continue
        try:
            lines = _lines(standing, form)
        except CannotBeStated as problem:
            bad += 1
            print(f"decision {standing.decision.decision_id}: {problem}", file=sys.stderr)
            continue
        sys.stdout.write("".join(lines))
    sys.stdout.flush()
    unknown = ledger.unknown_claims()
    if unknown:
        print(
            f"{counted(unknown, 'claims')} that {verb(unknown, 'was', 'were')} decided "
            f"{verb(unknown)} not in the topic any more: what {verb(unknown, 'it', 'they')} "
            "replaced or voided is unknown",
            file=sys.stderr,
        )
    return bad + unknown


def _lines(standing: Standing, form: str) -> list[str]:
    if standing.charges is None:
        place = "/".join(str(part) for part in standing.decision.source)
        raise CannotBeStated(f"its claim is not at {place} any more")
    found = adjustments_of(standing.decision, standing.charges)
    if form == "csv":
        return [to_csv(each) for each in found]
    return [to_json(each) + "\n" for each in found]


def _add_claims(settings: Settings, ledger: Ledger, schemas: SchemaSource) -> None:
    reader = ClaimReader(schemas)
    wanted: dict[str, dict[int, set[int]]] = {}
    for place in ledger.places():
        wanted.setdefault(place.topic, {}).setdefault(place.partition, set()).add(place.offset)
    for topic, offsets in wanted.items():
        for record in _records_at(settings, topic, offsets):
            try:
                claim = reader.decode(record.value or b"")
            except Undecodable:
                # Then another topic has this name now: the claim counts as not found.
                continue
            ledger.add_claim(source_of(record), claim)


def _records_at(settings: Settings, topic: str, offsets: dict[int, set[int]]) -> Iterator[Record]:
    """The records of a topic at these offsets by partition, in one pass over the topic."""
    first = {partition: min(numbers) for partition, numbers in offsets.items()}
    for record in records_of(settings, topic, first):
        if record.offset in offsets[record.partition]:
            yield record
