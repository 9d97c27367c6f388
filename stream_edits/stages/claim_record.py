"""What is kept of a claim once it is decided, or while it waits."""

from collections.abc import Sequence
from hashlib import blake2b

from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus, LineRecord
from stream_edits.domain.messages import RoutedClaim
from stream_edits.policies.evaluation import STILL_PRIMARY, OpenClaim, has_header_fault
from stream_edits.policies.policy import Policy


def on_arrival(
    known: ClaimRecord | None, message: RoutedClaim, event: bytes, order: int
) -> ClaimRecord:
    """The record of a claim that has just come, for the first time or again, before it is decided.

    ``event`` is the digest of the event that brought it, ``order`` is its place in the log.
    """
    claim, raw, source, content = message
    if known is None:
        return ClaimRecord(
            claim.claim_id, ClaimStatus.OPEN, order, (event,), content, raw=raw, source=source
        )
    return known._replace(
        event_digests=(*known.event_digests, event), content_digest=content, raw=raw, source=source
    )


def outcome_digest(draft: ClaimDecision) -> bytes:
    """16 bytes that differ when a decision would tell the provider something else.

    Wording and policy version are left out: a claim that waits is not published again for them.
    """
    said = [
        (
            f.edit_id,
            f.line_number,
            f.disposition.value,
            f.requested_documents,
            f.recommended_code,
            f.allowed_units,
            f.related_claim_ids,
        )
        for f in draft.findings
    ]
    lines = [(x.disposition.value, x.allowed_units, x.recommended_code) for x in draft.lines]
    told = repr((draft.disposition.value, lines, said))
    return blake2b(told.encode(), digest_size=16).digest()


def on_decision(
    record: ClaimRecord, own: OpenClaim, draft: ClaimDecision, policy: Policy
) -> ClaimRecord:
    """The record of a claim under its newest decision.

    A PEND claim keeps its bytes and waits; a decided one keeps its governed lines. A claim with a
    header fault, or a void, leaves nothing but its id.
    """
    leaves_lines = draft.applicable and not own.claim.is_void
    if not leaves_lines or has_header_fault(draft.findings):
        return _decided(record, draft, ())
    if draft.disposition is Disposition.PEND:
        return record._replace(
            status=ClaimStatus.OPEN,
            revision=draft.revision,
            decision_id=draft.decision_id,
            lines=(),
            outcome_digest=outcome_digest(draft),
        )
    return _decided(record, draft, _line_records(own, draft, policy))


def _decided(
    record: ClaimRecord, draft: ClaimDecision, lines: tuple[LineRecord, ...]
) -> ClaimRecord:
    return ClaimRecord(
        record.claim_id,
        ClaimStatus.DECIDED,
        record.arrival,
        record.event_digests,
        record.content_digest,
        draft.revision,
        draft.decision_id,
        record.visited,
        lines,
    )


def withdrawn(record: ClaimRecord) -> ClaimRecord:
    """The record of a claim that another one has replaced or voided."""
    return record._replace(
        status=ClaimStatus.WITHDRAWN, lines=(), raw=None, source=None, outcome_digest=b""
    )


def _line_records(own: OpenClaim, draft: ClaimDecision, policy: Policy) -> tuple[LineRecord, ...]:
    denies: dict[int | None, list[EditFinding]] = {}
    for finding in draft.findings:
        if finding.disposition is Disposition.DENY:
            denies.setdefault(finding.line_number, []).append(finding)
    # Under the strict roll-up a denied claim's other lines are not paid either.
    denied_whole = draft.disposition is Disposition.DENY
    return tuple(
        [
            LineRecord(
                line.line_number,
                line.procedure_code,
                line.modifiers,
                line.units,
                0.0 if denied_whole else outcome.allowed_units,
                line.service_date,
                line.start_time,
                line.end_time,
                key,
                Disposition.DENY if denied_whole else outcome.disposition,
                _is_still_primary(denies.get(line.line_number, ())),
                bool(line.ndc or line.drug_name),
            )
            for line, key, outcome in zip(
                own.claim.lines, own.encounter_keys, draft.lines, strict=True
            )
            if line.procedure_code in policy.on(line.service_date).governed
        ]
    )


def _is_still_primary(denials: Sequence[EditFinding]) -> bool:
    return bool(denials) and all(f.edit_id in STILL_PRIMARY for f in denials)
