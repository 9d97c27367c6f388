"""Builds the draft of a decision from findings (docs/spec/contract.md, ClaimDecision)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.claim import REPLACEMENT, ClaimEvent
from stream_edits.domain.decision import (
    Disposition,
    Draft,
    EditFinding,
    LineOutcome,
    Pricing,
    RollUp,
    WaitsFor,
    decision_id,
)
from stream_edits.domain.encounter import distinct
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.domain.roll_up import line_outcome, roll_up, with_further
from stream_edits.policies.judging.waiting import waits_for
from stream_edits.policies.policy import Policies, Policy


class Cause(NamedTuple):
    """The event that causes a decision.

    ``trigger_event_id`` is None for the claim's own event. ``decided_at`` is its event time, UTC.
    """

    trigger_event_id: str | None
    decided_at: datetime


class DecisionBuilder(NamedTuple):
    """Builds decisions with the policies, roll-up and engine version of a process."""

    policies: Policies
    rule: RollUp
    engine_version: str

    def build(
        self,
        record: ClaimRecord,
        findings: Sequence[EditFinding],
        cause: Cause,
        governing: Sequence[Policy],
        monitored: tuple[EditFinding, ...] = (),
    ) -> Draft:
        """The next revision of an open claim's decision, with these and the monitored findings.

        ``governing`` are the policies that govern it, if any. Raises LookupError if it is not open.
        """
        claim, revision = record.open_claim, record.revision + 1
        judged_by = self._judged_by(claim, governing)
        lines = self._lines(claim, findings, bool(governing))
        disposition = roll_up(lines, findings, self.rule)
        # By place, since by name it takes nearly twice as long.
        return Draft(
            decision_id(claim.claim_id, claim.event_id, revision, judged_by[1]),
            cause.trigger_event_id,
            revision,
            record.decision_id,
            claim.claim_id,
            claim.event_id,
            claim.line_of_business.value,
            distinct(record.encounter_keys),
            disposition,
            bool(governing),
            lines,
            tuple(findings),
            *judged_by,
            self.engine_version,
            cause.decided_at,
            record.read_from,
            claim.received,
            _due_by(claim.received, governing) if governing else None,
            waits_for(disposition, lines, findings, self.policies),
            None,
            monitored,
        )

    def with_move(self, draft: Draft) -> Draft:
        """The draft after its last hop, with whose move it is now."""
        if draft.disposition is not Disposition.PEND and draft.waits_for is WaitsFor.NONE:
            return draft
        move = waits_for(draft.disposition, draft.lines, draft.findings, self.policies)
        return draft if move is draft.waits_for else draft._replace(waits_for=move)

    def _judged_by(self, claim: ClaimEvent, governing: Sequence[Policy]) -> tuple[str, str]:
        """The ids and versions of the policies that a claim is decided under."""
        named = governing or self.policies.answering_for(claim)
        if len(named) == 1:
            return named[0].id, named[0].version_for(claim)
        versions = [policy.version_for(claim) for policy in named]
        return ";".join(policy.id for policy in named), ";".join(versions)

    def _lines(
        self, claim: ClaimEvent, findings: Sequence[EditFinding], is_governed: bool
    ) -> tuple[LineOutcome, ...]:
        pricing_of, npi = self.policies.pricing_of, claim.billing_provider_npi
        by_line: dict[int | None, list[EditFinding]] = {}
        for finding in findings:
            by_line.setdefault(finding.line_number, []).append(finding)
        return tuple(
            [
                line_outcome(
                    line.line_number,
                    line.procedure_code,
                    line.units,
                    pricing_of(line, npi) if is_governed else Pricing.FEE_SCHEDULE,
                    by_line.get(line.line_number, ()),
                    line.line_control_number,
                )
                for line in claim.lines
            ]
        )


def _due_by(received: date, governing: Sequence[Policy]) -> date | None:
    """The last day to pay or deny a claim: the earliest of the policies that govern it."""
    days = [policy.prompt_pay.due_by(received) for policy in governing]
    if len(days) == 1:
        return days[0]
    return min([day for day in days if day is not None], default=None)


def replacement_note(record: ClaimRecord) -> str:
    """What the decision of a replacement says if it has fewer lines than the claim it replaced.

    Empty otherwise. The claim is open.
    """
    billed, before = len(record.open_claim.lines), record.replaced_line_count
    if billed >= before or record.open_claim.frequency != REPLACEMENT:
        return ""
    return (
        f"This replacement has {billed} line{'' if billed == 1 else 's'}, and the claim that it "
        f"replaces had {before}. A replacement takes the place of the whole claim, so it must bill "
        "every service that still stands."
    )


def with_note(draft: Draft, note: str) -> Draft:
    """The draft with a note at the end of its first finding's message, if it has a finding."""
    if not note or not draft.findings:
        return draft
    first, *others = draft.findings
    return draft._replace(findings=(first._replace(message=f"{first.message} {note}"), *others))


def revised(draft: Draft, supersedes: str | None, cause: Cause) -> Draft:
    """The next revision of a draft, caused by another claim's event."""
    revision = draft.revision + 1
    return draft._replace(
        decision_id=decision_id(draft.claim_id, draft.event_id, revision, draft.policy_version),
        trigger_event_id=cause.trigger_event_id,
        revision=revision,
        supersedes=supersedes,
        decided_at=cause.decided_at,
    )


def with_findings(draft: Draft, added: Iterable[EditFinding], rule: RollUp) -> Draft:
    """The draft with added line findings of the supervision stage, rolled up again."""
    found = sorted(added, key=lambda f: (f.line_number or 0, f.edit_id))
    if not found:
        return draft
    place = {line.line_number: i for i, line in enumerate(draft.lines)}
    findings = sorted(
        (*draft.findings, *found),
        key=lambda f: -1 if f.line_number is None else place.get(f.line_number, -1),
    )
    by_line: dict[int | None, list[EditFinding]] = {}
    for finding in found:
        by_line.setdefault(finding.line_number, []).append(finding)
    lines = tuple(
        with_further(line, by_line[line.line_number]) if line.line_number in by_line else line
        for line in draft.lines
    )
    disposition = roll_up(lines, findings, rule)
    return draft._replace(disposition=disposition, lines=lines, findings=tuple(findings))
