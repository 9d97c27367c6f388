"""ClaimDecision: the domain to framed Avro and back, and to a line of JSON."""

import json
import math
from collections.abc import Callable
from functools import cache
from typing import Any

from stream_edits.codec.avro import (
    Cleaning,
    Decoder,
    Encoder,
    Paths,
    decoder,
    parse,
    read_value,
    resolve,
)
from stream_edits.codec.framing import BODY_START, encoder, schema_id
from stream_edits.codec.schemas import CLAIM_DECISION, SchemaSource, schema_of
from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    Draft,
    EditFinding,
    FindingMode,
    LineOutcome,
    Pricing,
    Source,
    WaitsFor,
    parted,
)

# The wire holds the source as three fields; in the domain it is one value.
_SOURCE = ("topic", "partition", "offset")
PATHS: Paths = {
    CLAIM_DECISION: {
        **{f"source_{part}": f"source.{part}" for part in _SOURCE},
        "findings": "all_findings",
    }
}
ENUMS: dict[str, Callable[[str], object]] = {
    "Disposition": Disposition,
    "FindingMode": FindingMode,
    "Pricing": Pricing,
    "WaitsFor": WaitsFor,
}


def draft_of(fields: dict[str, Any]) -> Draft:
    """The draft that a record's fields make, with its monitored findings apart."""
    draft = _whole(fields)
    if draft.findings:
        findings, monitored = parted(draft.findings)
        if monitored:
            return draft._replace(findings=findings, monitored=monitored)
    return draft


def _decision(fields: dict[str, Any]) -> ClaimDecision:
    return _whole(fields).final()


def _whole(fields: dict[str, Any]) -> Draft:
    source = Source(*(fields.pop(f"source_{part}") for part in _SOURCE))
    return Draft(**fields, source=source)


RECORDS: dict[str, Callable[..., object]] = {
    CLAIM_DECISION: _decision,
    "EditFinding": EditFinding,
    "LineOutcome": LineOutcome,
}
# What the values of these records are when they are written.
WRITTEN: dict[str, object] = {**RECORDS, CLAIM_DECISION: Draft}


def shared(names: str) -> dict[str, Callable[[str], str]]:
    """The named fields, as ``avro.decoder`` takes them: each text as it is."""
    return dict.fromkeys(names.split(), str)


# Texts that few values share among many records: read and written without coding them again.
SHARED: Cleaning = {
    "ClaimDecision": shared("policy_id policy_version engine_version source_topic"),
    "LineOutcome": shared("procedure_code recommended_code"),
    "EditFinding": shared(
        "edit_id policy_section carc rarcs requested_documents recommended_code policy_version "
        "policy_id group_code"
    ),
}


def decision_encoder(number: int) -> Encoder:
    """A function ClaimDecision -> framed bytes, where our schema has that id."""
    return encoder(schema_of(CLAIM_DECISION).parsed, number, PATHS, WRITTEN, SHARED)


def decode_decision(framed: bytes, source: SchemaSource) -> ClaimDecision:
    """A decision read back, for tools and tests.

    Raises Undecodable when the data is at fault, RegistryAway.
    """
    decode = _decoder(source.schema_text(schema_id(framed)))
    decision: ClaimDecision = read_value(decode, framed, BODY_START)
    return decision


@cache
def _decoder(writer: str) -> Decoder:
    """Reads what was written with the schema of that text."""
    plan = resolve(parse(writer), schema_of(CLAIM_DECISION).parsed)
    return decoder(plan, RECORDS, ENUMS)


def decision_to_json(decision: ClaimDecision) -> str:
    """One line of JSON without a newline (docs/spec/contract.md, JSON form).

    Times are ISO-8601 in UTC with milliseconds, days without a time; units that are not finite
    become null.
    """
    members = decision._asdict()
    source = members.pop("source")
    del members["monitored"]
    members["lines"] = [dict(zip(_LINE, line, strict=True)) for line in decision.lines]
    members["findings"] = [finding._asdict() for finding in decision.findings]
    members["decided_at"] = decision.decided_at.isoformat(timespec="milliseconds")
    after_source = {name: members.pop(name) for name in _AFTER_SOURCE}
    members |= {f"source_{part}": getattr(source, part) for part in _SOURCE}
    members |= after_source
    for name in ("received_date", "due_by"):
        members[name] = members[name] and members[name].isoformat()
    try:
        return _to_json(members)
    except ValueError:
        # Rare: one of the numbers is not finite, which JSON cannot tell.
        parts = [*members["lines"], *members["findings"]]
        for part in parts:
            part.update({name: None for name, value in part.items() if _is_not_finite(value)})
        return _to_json(members)


def _is_not_finite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


_LINE = LineOutcome._fields
# Monitored findings stand among the findings.
_AFTER_SOURCE = ClaimDecision._fields[ClaimDecision._fields.index("source") + 1 : -1]
_to_json = json.JSONEncoder(allow_nan=False).encode
