"""The lines that are kept of a claim after its decision."""

from collections.abc import Sequence

from stream_edits.domain.decision import (
    Disposition,
    Draft,
    EditFinding,
    Pricing,
)
from stream_edits.domain.member_state import ClaimRecord, LineRecord
from stream_edits.domain.roll_up import line_outcome
from stream_edits.policies.judging.encounter_lines import bare_days
from stream_edits.policies.policy import Policies


def line_records(
    record: ClaimRecord, draft: Draft, denials: Sequence[EditFinding], policies: Policies
) -> tuple[LineRecord, ...]:
    """What other claims are judged against after a claim's decision: its lines and ``bare_days``.

    ``denials`` are the denials among its findings.
    """
    by_line: dict[int | None, list[EditFinding]] = {}
    for finding in denials:
        by_line.setdefault(finding.line_number, []).append(finding)
    # With the strict roll-up, the other lines of a denied claim are not paid either.
    denied_whole = draft.disposition is Disposition.DENY
    claim, found = record.open_claim, []
    for line, key, outcome in zip(claim.lines, record.encounter_keys, draft.lines, strict=True):
        if not policies.judges(claim, line):
            continue
        own = by_line.get(line.line_number) if by_line else None
        # For every line of a claim. The NamedTuple's own constructor costs a further call.
        kept = (
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
            own is not None and _is_still_primary(own, policies),
            bool(line.drug_name or line.ndc) and line.names_drug,
            line.revenue_code,
            None if own is None else _rebilled_as(own, policies),
            line.drug_name,
            line.ndc if line.drug_name else None,
        )
        found.append(tuple.__new__(LineRecord, kept))
    if claim.statement_through != claim.statement_from:
        found += _bare_days(record, draft, {x.line_number for x in found}, denied_whole)
    return tuple(found)


def _bare_days(
    record: ClaimRecord, draft: Draft, judged: set[int], denied_whole: bool
) -> list[LineRecord]:
    bare = bare_days(record.open_claim, record.encounter_keys, judged)
    if not bare:
        return bare
    outcomes = {x.line_number: x.disposition for x in draft.lines}
    return [
        x._replace(disposition=Disposition.DENY if denied_whole else outcomes[x.line_number])
        for x in bare
    ]


def _is_still_primary(denials: Sequence[EditFinding], policies: Policies) -> bool:
    return all(
        (policy := policies.of(each)) is not None and policy.keeps_primary(each.edit_id)
        for each in denials
    )


def _rebilled_as(denials: Sequence[EditFinding], policies: Policies) -> str | None:
    """The code that a denied line counts as in sequencing: that of its only finding."""
    policy = policies.of(denials[0])
    if len(denials) != 1 or policy is None:
        return None
    if not policy.counts_as_recommended(denials[0].edit_id):
        return None
    return denials[0].recommended_code


def still_paid(record: ClaimRecord, draft: Draft, policies: Policies) -> tuple[LineRecord, ...]:
    """The lines that a claim was paid for before it was held, as its newest decision has them."""
    paid = {x.line_number for x in record.lines if x.disposition is not Disposition.DENY}
    now = line_records(record, draft, (), policies)
    return tuple(x for x in now if x.line_number in paid and x.disposition is Disposition.PASS)


def paid_after_review(
    record: ClaimRecord, findings: Sequence[EditFinding], newly: Sequence[EditFinding]
) -> tuple[LineRecord, ...]:
    """The paid lines of a decided claim that a review does not deny, with their units.

    ``newly`` are the findings that the review decides, ``findings`` all of the claim after it.
    """
    named = {finding.line_number for finding in newly}
    paid = []
    for line in record.lines:
        if line.disposition is Disposition.DENY:
            continue
        if line.line_number in named:
            found = [each for each in findings if each.line_number == line.line_number]
            after = line_outcome(line.line_number, "", line.units, Pricing.FEE_SCHEDULE, found)
            if after.disposition is Disposition.DENY:
                continue
            line = line._replace(allowed_units=after.allowed_units)
        paid.append(line)
    return tuple(paid)
