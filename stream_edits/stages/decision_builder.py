"""From findings to a decision (docs/spec/contract.md, ClaimDecision)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.domain.decision import (
    POLICY_ID,
    ClaimDecision,
    Disposition,
    EditFinding,
    LineOutcome,
    RollUp,
    Source,
    decision_id,
    line_outcome,
    most_severe,
    roll_up,
)
from stream_edits.domain.encounter import distinct, encounter_keys
from stream_edits.policies.khs_6_21_p.by_report_pricing.edit import pricing_of
from stream_edits.policies.policy import Policy


class Cause(NamedTuple):
    """The event that brings a decision about: the claim's own, or another claim's."""

    trigger_event_id: str | None
    decided_at: datetime


class DecisionBuilder(NamedTuple):
    """What every decision of a process shares."""

    policy: Policy
    rule: RollUp
    engine_version: str

    def applies_to(self, claim: ClaimEvent) -> bool:
        """Whether 6.21-P governs the claim: Medi-Cal, with a code it or one of its lists names."""
        if claim.line_of_business is not LineOfBusiness.MEDI_CAL:
            return False
        on = self.policy.on
        return any(x.procedure_code in on(x.service_date).governed for x in claim.lines)

    def build(
        self,
        claim: ClaimEvent,
        source: Source,
        applicable: bool,
        findings: Sequence[EditFinding],
        cause: Cause,
        revision: int = 1,
        supersedes: str | None = None,
        keys: tuple[str, ...] | None = None,
    ) -> ClaimDecision:
        """The decision that these findings make of a claim.

        ``keys`` are the encounter keys of its lines, where they are known already.
        """
        lines = self._lines(claim, findings)
        version = self.policy.version_for(line.service_date for line in claim.lines)
        return ClaimDecision(
            decision_id(claim.claim_id, claim.event_id, revision, version),
            cause.trigger_event_id,
            revision,
            supersedes,
            claim.claim_id,
            claim.event_id,
            claim.line_of_business.value,
            distinct(encounter_keys(claim) if keys is None else keys),
            roll_up(lines, findings, self.rule),
            applicable,
            lines,
            tuple(findings),
            POLICY_ID,
            version,
            self.engine_version,
            cause.decided_at,
            source,
        )

    def _lines(self, claim: ClaimEvent, findings: Sequence[EditFinding]) -> tuple[LineOutcome, ...]:
        on = self.policy.on
        said: dict[int | None, list[EditFinding]] = {}
        for finding in findings:
            said.setdefault(finding.line_number, []).append(finding)
        return tuple(
            [
                line_outcome(
                    line.line_number,
                    line.procedure_code,
                    line.units,
                    pricing_of(line.procedure_code, on(line.service_date)),
                    said.get(line.line_number, ()),
                )
                for line in claim.lines
            ]
        )


def revised(draft: ClaimDecision, supersedes: str | None, cause: Cause) -> ClaimDecision:
    """The next revision of a decision, brought about by another claim's event."""
    revision = draft.revision + 1
    return draft._replace(
        decision_id=decision_id(draft.claim_id, draft.event_id, revision, draft.policy_version),
        trigger_event_id=cause.trigger_event_id,
        revision=revision,
        supersedes=supersedes,
        decided_at=cause.decided_at,
    )


def with_findings(
    draft: ClaimDecision, added: Iterable[EditFinding], rule: RollUp
) -> ClaimDecision:
    """The decision with line findings of the supervision stage added to it."""
    found = sorted(added, key=lambda f: (f.line_number or 0, f.edit_id))
    if not found:
        return draft
    place = {line.line_number: i for i, line in enumerate(draft.lines)}
    findings = sorted(
        (*draft.findings, *found),
        key=lambda f: -1 if f.line_number is None else place[f.line_number],
    )
    lines = tuple(_with(line, found) for line in draft.lines)
    disposition = roll_up(lines, findings, rule)
    return draft._replace(disposition=disposition, lines=lines, findings=tuple(findings))


def _with(line: LineOutcome, found: Sequence[EditFinding]) -> LineOutcome:
    own = [f.disposition for f in found if f.line_number == line.line_number]
    disposition = most_severe([line.disposition, *own])
    allowed = 0.0 if disposition is Disposition.DENY else line.allowed_units
    return line._replace(disposition=disposition, allowed_units=allowed)
