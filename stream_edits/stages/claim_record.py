"""The record of a claim after its arrival, after its decision and after its withdrawal."""

from collections.abc import Sequence
from hashlib import blake2b

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, Draft, EditFinding, Source
from stream_edits.domain.encounter import encounter_keys
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus, LineRecord
from stream_edits.domain.messages import RoutedClaim
from stream_edits.policies.evaluation import has_header_fault
from stream_edits.policies.policy import Policies


def undecided(claim: ClaimEvent, source: Source) -> ClaimRecord:
    """The record of a claim that has no decision and no state yet."""
    return ClaimRecord(
        claim_id=claim.claim_id,
        status=ClaimStatus.OPEN,
        arrival=0,
        claim=claim,
        encounter_keys=encounter_keys(claim),
        source=source,
    )


def on_arrival(
    known: ClaimRecord | None, message: RoutedClaim, event: bytes, order: int
) -> ClaimRecord:
    """The record of a claim that has just arrived, before it is decided.

    ``known`` is its record from earlier events, None for a new claim. ``event`` is the digest of
    the event id, and ``order`` the log offset of the event.
    """
    if known is None:
        return ClaimRecord(
            claim_id=message.claim.claim_id,
            status=ClaimStatus.OPEN,
            arrival=order,
            event_digests=(event,),
            content_digest=message.content_digest,
            claim=message.claim,
            encounter_keys=encounter_keys(message.claim),
            source=message.source,
        )
    return known._replace(
        event_digests=(*known.event_digests, event),
        content_digest=message.content_digest,
        claim=message.claim,
        encounter_keys=encounter_keys(message.claim),
        source=message.source,
    )


def outcome_digest(draft: Draft) -> bytes:
    """The digest of what a decision means for the provider: 16 bytes.

    Messages and policy versions are not part of it: a change of those alone does not publish a
    new revision of an open claim.
    """
    findings = [
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
    outcome = repr((draft.disposition.value, lines, findings))
    return blake2b(outcome.encode(), digest_size=16).digest()


def on_decision(record: ClaimRecord, draft: Draft, policies: Policies) -> ClaimRecord:
    """The record of an open claim after its newest decision.

    A PEND claim stays open. A decided claim keeps its governed lines. A void, and a claim with a
    header fault, keep no lines.
    """
    leaves_lines = draft.applicable and not record.open_claim.is_void
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
    return _decided(record, draft, _line_records(record, draft, policies))


def _decided(record: ClaimRecord, draft: Draft, lines: tuple[LineRecord, ...]) -> ClaimRecord:
    return ClaimRecord(
        claim_id=record.claim_id,
        status=ClaimStatus.DECIDED,
        arrival=record.arrival,
        event_digests=record.event_digests,
        content_digest=record.content_digest,
        revision=draft.revision,
        decision_id=draft.decision_id,
        supervisors=record.supervisors,
        lines=lines,
    )


def withdrawn(record: ClaimRecord) -> ClaimRecord:
    """The record of a claim after another claim has replaced or voided it."""
    return record._replace(
        status=ClaimStatus.WITHDRAWN,
        lines=(),
        claim=None,
        encounter_keys=(),
        source=None,
        outcome_digest=b"",
    )


def _line_records(record: ClaimRecord, draft: Draft, policies: Policies) -> tuple[LineRecord, ...]:
    denials: dict[int | None, list[EditFinding]] = {}
    for finding in draft.findings:
        if finding.disposition is Disposition.DENY:
            denials.setdefault(finding.line_number, []).append(finding)
    # With the strict roll-up, the other lines of a denied claim are not paid either.
    denied_whole = draft.disposition is Disposition.DENY
    billed = zip(record.open_claim.lines, record.encounter_keys, draft.lines, strict=True)
    return tuple(
        [
            LineRecord(
                line_number=line.line_number,
                procedure_code=line.procedure_code,
                modifiers=line.modifiers,
                units=line.units,
                allowed_units=0.0 if denied_whole else outcome.allowed_units,
                service_date=line.service_date,
                start_time=line.start_time,
                end_time=line.end_time,
                encounter_key=key,
                disposition=Disposition.DENY if denied_whole else outcome.disposition,
                still_primary=_is_still_primary(denials.get(line.line_number, ()), policies),
                names_drug=bool(line.ndc or line.drug_name),
            )
            for line, key, outcome in billed
            if policies.governs_line(line)
        ]
    )


def _is_still_primary(denials: Sequence[EditFinding], policies: Policies) -> bool:
    return bool(denials) and all(policies.keeps_primary(finding) for finding in denials)
