"""The record of a claim after its arrival, after its decision and after its withdrawal."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, Draft, EditFinding, Source
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus, LineRecord
from stream_edits.domain.messages import RoutedClaim
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.policies.policy import Policies
from stream_edits.stages.shared.line_records import line_records, still_paid


def undecided(claim: ClaimEvent, keys: tuple[str, ...], source: Source) -> ClaimRecord:
    """The record of a claim that has no decision and no state yet; ``keys`` are of its lines."""
    return ClaimRecord(
        claim_id=claim.claim_id,
        status=ClaimStatus.OPEN,
        arrival=0,
        claim=claim,
        encounter_keys=keys,
        source=source,
    )


class Arrival(NamedTuple):
    """What is known of an event: its place in the log, the digest of its id, the lines' keys."""

    order: int
    event: bytes
    keys: tuple[str, ...]


def on_arrival(known: ClaimRecord | None, message: RoutedClaim, arrival: Arrival) -> ClaimRecord:
    """The record of a claim that has just arrived, before it is decided.

    ``known`` is its record from earlier events, None for a new claim.
    """
    claim = message.claim
    if known is None:
        return ClaimRecord(
            claim_id=claim.claim_id,
            status=ClaimStatus.OPEN,
            arrival=arrival.order,
            event_digests=(arrival.event,),
            content_digest=message.content_digest,
            claim=claim,
            encounter_keys=arrival.keys,
            source=message.source,
            billing_npi=claim.billing_provider_npi,
            line_count=len(claim.lines),
            frequency=claim.frequency,
        )
    return known._replace(
        event_digests=(*known.event_digests, arrival.event),
        content_digest=message.content_digest,
        lines=(),
        claim=claim,
        encounter_keys=arrival.keys,
        source=message.source,
        billing_npi=claim.billing_provider_npi,
        line_count=len(claim.lines),
        frequency=claim.frequency,
        rests_on=(),
        answerable_lines=(),
        reviewed=(),
    )


def outcome_digest(draft: Draft) -> bytes:
    """The digest of what a decision means for the provider: 16 bytes.

    Messages and policy versions are not part of it: a change of those alone does not publish a
    new revision of an open claim.
    """
    # An enum's ``value`` is a call in Python, and its ``_value_`` an attribute.
    findings = [
        (
            f.edit_id,
            f.line_number,
            f.disposition._value_,
            f.requested_documents,
            f.recommended_code,
            f.allowed_units,
            f.related_claim_ids,
        )
        for f in draft.findings
    ]
    lines = [(x.disposition._value_, x.allowed_units, x.recommended_code) for x in draft.lines]
    outcome = repr((draft.disposition._value_, lines, findings))
    return blake2b(outcome.encode(), digest_size=16).digest()


def on_decision(
    record: ClaimRecord, draft: Draft, policies: Policies, supervisors: tuple[str, ...]
) -> ClaimRecord:
    """The record of an open claim after its newest decision; ``supervisors`` are all its hops.

    A PEND claim stays open; if it was decided before, it keeps the lines that it was paid for. A
    decided claim keeps its governed lines and the days of its stays. A void, and a claim with a
    header fault, keep no lines.
    """
    leaves_lines = draft.applicable and not record.open_claim.is_void
    if not leaves_lines or has_header_fault(draft.findings):
        return _without_content(record, draft, supervisors)
    if draft.disposition is Disposition.PEND:
        return record._replace(
            status=ClaimStatus.OPEN,
            revision=draft.revision,
            decision_id=draft.decision_id,
            supervisors=supervisors,
            lines=still_paid(record, draft, policies) if record.lines else (),
            outcome_digest=outcome_digest(draft),
            rests_on=(),
            answerable_lines=(),
        )
    denials = [f for f in draft.findings if f.disposition is Disposition.DENY]
    lines = line_records(record, draft, denials, policies)
    rests_on = {x for f in draft.findings if _denies_or_cuts(f) for x in f.related_claim_ids}
    answerable = answerable_denials(denials, policies) if denials else ()
    if not rests_on and not answerable:
        return _without_content(record, draft, supervisors, lines)
    return record._replace(
        status=ClaimStatus.DECIDED,
        revision=draft.revision,
        decision_id=draft.decision_id,
        supervisors=supervisors,
        lines=lines,
        outcome_digest=outcome_digest(draft),
        rests_on=tuple(sorted(rests_on)),
        answerable_lines=tuple(sorted({x.line_number or 0 for x in answerable})),
    )


def _denies_or_cuts(finding: EditFinding) -> bool:
    """Whether a finding denies a line, or cuts its units back."""
    return finding.disposition is Disposition.DENY or finding.allowed_units is not None


def answerable_denials(findings: Iterable[EditFinding], policies: Policies) -> list[EditFinding]:
    """The denials of lines by edits whose denials a later line may answer."""
    return [
        f
        for f in findings
        if f.disposition is Disposition.DENY
        and f.line_number is not None
        and (policy := policies.of(f)) is not None
        and policy.answerable(f.edit_id)
    ]


def _without_content(
    record: ClaimRecord,
    draft: Draft,
    supervisors: tuple[str, ...],
    lines: tuple[LineRecord, ...] = (),
) -> ClaimRecord:
    """The record of a decided claim that no later event can change."""
    return ClaimRecord(
        claim_id=record.claim_id,
        status=ClaimStatus.DECIDED,
        arrival=record.arrival,
        event_digests=record.event_digests,
        content_digest=record.content_digest,
        revision=draft.revision,
        decision_id=draft.decision_id,
        supervisors=supervisors,
        lines=lines,
        billing_npi=record.billing_npi,
        line_count=record.line_count,
        frequency=record.frequency,
        replaces_unknown=record.replaces_unknown,
        replaced_line_count=record.replaced_line_count,
        reviewed=record.reviewed,
        review_digests=record.review_digests,
        monitored_by=record.monitored_by,
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
        rests_on=(),
        answerable_lines=(),
        reviewed=(),
    )
