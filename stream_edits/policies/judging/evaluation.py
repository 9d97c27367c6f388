"""Runs the edits of the policies over the connected encounters of a member.

Open claims (the event's own and PEND claims) are judged together, against each other and against
decided lines, which do not change. The result depends on these and on the claims' arrival only.
"""

from collections.abc import Iterable, Sequence

from stream_edits.domain.claim import ServiceLine
from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.domain.member_state import ClaimRecord, LineRecord
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.policies.edit_types import EncounterEdit, Group, LineEdit, Settle
from stream_edits.policies.encounter import EncounterLine, Standings, place_of
from stream_edits.policies.judging.encounter_lines import bare_days, decided_line, open_lines
from stream_edits.policies.judging.finding_order import in_order
from stream_edits.policies.judging.form import judge_form
from stream_edits.policies.judging.reviewed import ReviewedFindings, of_policy
from stream_edits.policies.judging.scopes import Scopes
from stream_edits.policies.modes import (
    Findings,
    MonitoredFindings,
    as_enforced,
    has_monitored,
)
from stream_edits.policies.policy import Policies, Policy


def evaluate(
    open_claims: Sequence[ClaimRecord], decided: Sequence[ClaimRecord], policies: Policies
) -> dict[str, tuple[EditFinding, ...]]:
    """The findings on every open claim, by claim id, in a fixed order: the monitored ones last.

    At least one policy governs each open claim. Its ``lines``, if it has any, stay decided, and
    only the others are judged. ``decided`` are the decided claims of the same
    encounters. All claims belong to one member and have different ids.
    """
    if len(policies.all) == 1:
        return _under(policies.all[0], open_claims, decided) if open_claims else {}
    found: dict[str, tuple[EditFinding, ...]] = {each.claim_id: () for each in open_claims}
    for policy in policies.all:
        governed = [each for each in open_claims if policy.governs(each.open_claim)]
        if governed:
            for claim_id, findings in _under(policy, governed, decided).items():
                found[claim_id] += findings
    return found


def _under(
    policy: Policy, governed: Sequence[ClaimRecord], decided: Sequence[ClaimRecord]
) -> Findings:
    """The findings of one policy on the claims that it governs."""
    found = _Evaluation(policy).run(governed, decided)
    return _settled(policy, found, governed, decided) if policy.modes else found


def _settled(
    policy: Policy, found: Findings, governed: Sequence[ClaimRecord], decided: Sequence[ClaimRecord]
) -> Findings:
    """The findings, with monitored ones settled as they would be if their edit were enforced.

    How a finding is settled depends on what becomes of its line, so the claims are judged again.
    """
    for edit in policy.encounter_edits:
        if edit.settle is not None and has_monitored(found, edit.id):
            enforced = _Evaluation(policy, edit.id).run(governed, decided)
            found = as_enforced(found, enforced, edit.id)
    return found


class _Evaluation:
    """The evaluation of some claims under one policy: their lines and the standing of each.

    The edit ``enforced`` counts also where it is only monitored.
    """

    def __init__(self, policy: Policy, enforced: str = "") -> None:
        self._policy = policy
        self._lines: list[EncounterLine] = []
        self._standings = Standings()
        self._findings: dict[str, list[EditFinding]] = {}
        self._monitored = MonitoredFindings(policy.modes, enforced)
        self._reviewed = ReviewedFindings()
        # Each with the place of its finding among those on its claim.
        self._to_settle: list[tuple[Settle, EncounterLine, int]] = []
        self._to_price: list[tuple[EncounterLine, ServiceLine, tuple[LineEdit, ...]]] = []

    def run(self, open_claims: Sequence[ClaimRecord], decided: Sequence[ClaimRecord]) -> Findings:
        """The findings on each open claim, by claim id, in a fixed order."""
        for record in open_claims:
            found = judge_form(record, self._policy, self._monitored.of(record.claim_id))
            self._findings[record.claim_id] = found
            if record.reviewed:
                self._reviewed.add(record.claim_id, of_policy(record.reviewed, self._policy))
            if not found or not has_header_fault(found):
                self._judge_lines(record, found)
            if record.reviewed:
                present = set(found)
                found += [f for f in self._reviewed.of(record.claim_id) if f not in present]
        if self._lines:
            member_id = open_claims[0].open_claim.member_id
            for record in (*open_claims, *decided):
                if record.lines:
                    self._add_decided(record, record.lines, member_id)
            self._lines.sort(key=place_of)
            self._judge_encounters()
            self._judge_pricing()
        return {record.claim_id: self._in_order(record) for record in open_claims}

    def _in_order(self, record: ClaimRecord) -> tuple[EditFinding, ...]:
        """The findings on a claim, then the monitored ones that no review has decided."""
        claim, order = record.open_claim, self._policy.order
        found = in_order(claim, self._findings[record.claim_id], order)
        if not self._policy.modes:
            return found
        shown = self._reviewed.left(record.claim_id, self._monitored.of(record.claim_id))
        return found + in_order(claim, shown, order)

    def _judge_lines(self, record: ClaimRecord, found: list[EditFinding]) -> None:
        """Judge each governed line of a claim by itself (the form and single-line groups)."""
        claim, policy = record.open_claim, self._policy
        form_denied = {f.line_number for f in found if f.disposition is Disposition.DENY}
        kept = {each.line_number for each in record.lines} if record.lines else set()
        # The form edits hold a line that no other edit can judge.
        left_out = kept | policy.held_lines(found) if found else kept
        judged = open_lines(record, policy, left_out, len(self._lines))
        self._lines += [line for line, _ in judged]
        self._standings.add_open([line.units for line, _ in judged])
        for line, service in judged:
            asked = policy.line_edits(line.policy, line.code)
            if asked.pricing:
                self._to_price.append((line, service, asked.pricing))
            if line.line_number in form_denied:
                self._standings.deny(line.position)
                continue
            own: list[EditFinding] = []
            for edit in asked.single:
                own += edit.judge(claim, service, line.policy)
            if own and policy.modes:
                own = self._monitored.taken_from(claim, own)
            if record.reviewed:
                own = self._reviewed.left(record.claim_id, own)
                self._change_standing(line, self._reviewed.on(line.claim_id, line.line_number))
            if own:
                found += own
                self._change_standing(line, own)
        if claim.statement_through != claim.statement_from:
            have = {*kept, *(line.line_number for line, _ in judged)}
            bare = bare_days(claim, record.encounter_keys, have)
            self._add_decided(record, bare, claim.member_id)

    def _add_decided(
        self, record: ClaimRecord, lines: Iterable[LineRecord], member_id: str
    ) -> None:
        for kept in lines:
            on_date = self._policy.on(kept.service_date)
            line = decided_line(len(self._lines), record, kept, member_id, on_date)
            self._lines.append(line)
            self._standings.add(kept.allowed_units, kept.disposition is Disposition.DENY)
            if kept.still_primary:
                self._standings.keep_primary(line.position)
            if kept.rebilled_as:
                self._standings.rebill(line.position, kept.rebilled_as)

    def _judge_encounters(self) -> None:
        """Judge every scope, one edit group after another (duplicates to units)."""
        scopes = Scopes(self._policy, self._lines, self._standings)
        for group in scopes.groups:
            if self._to_settle and group > Group.SEQUENCE:
                self._settle(scopes)
            hits = [
                (edit, line, finding)
                for encounter, by_group in scopes.all
                for edit in by_group.get(group, ())
                for line, finding in edit.judge(encounter)
            ]
            if hits:
                self._add_found(hits)
            if self._to_settle and group is Group.SEQUENCE:
                # Before the encounters take over what the findings of this group changed.
                self._settle(scopes)
            if hits:
                scopes.update()
        if self._to_settle:
            self._settle(scopes)

    def _add_found(self, hits: list[tuple[EncounterEdit, EncounterLine, EditFinding]]) -> None:
        """Add the findings of a group, without those that do not count or that reviews decided."""
        if self._policy.modes:
            hits = [hit for hit in hits if self._monitored.leaves(hit[1].claim, hit[2])]
        if self._reviewed:
            hits = [hit for hit in hits if self._reviewed.left(hit[1].claim_id, [hit[2]])]
        for edit, line, finding in hits:
            found = self._findings[line.claim_id]
            found.append(finding)
            self._change_standing(line, [finding])
            if edit.holds and finding.disposition is Disposition.PEND:
                self._standings.deny(line.position)
            if edit.settle is not None:
                self._to_settle.append((edit.settle, line, len(found) - 1))

    def _settle(self, scopes: Scopes) -> None:
        """Let edits replace their findings, now that the sequence is known."""
        todo, self._to_settle = self._to_settle, []
        for settle, line, place in todo:
            findings = self._findings[line.claim_id]
            settled = settle(scopes.encounter_of(line), line, findings[place])
            findings[place] = settled
            if line.position in self._standings.rebilled_as and settled.recommended_code:
                self._standings.rebill(line.position, settled.recommended_code)

    def _judge_pricing(self) -> None:
        """Run the pricing edits on lines that are not denied."""
        for line, service, edits in self._to_price:
            if line.claim is not None and not self._standings.denied[line.position]:
                for edit in edits:
                    found = list(edit.judge(line.claim, service, line.policy))
                    if not found:
                        continue
                    if self._policy.modes:
                        found = self._monitored.taken_from(line.claim, found)
                    self._findings[line.claim_id] += self._reviewed.left(line.claim_id, found)

    def _change_standing(self, line: EncounterLine, findings: Sequence[EditFinding]) -> None:
        """Update the standing of a line for the next edit group."""
        standings, position = self._standings, line.position
        for finding in findings:
            if finding.disposition is Disposition.DENY:
                is_first = not standings.denied[position]
                standings.deny(position)
                if not is_first:
                    continue
                if self._policy.keeps_primary(finding.edit_id):
                    standings.keep_primary(position)
                rebilled_as = finding.recommended_code
                if rebilled_as and self._policy.counts_as_recommended(finding.edit_id):
                    standings.rebill(position, rebilled_as)
            elif finding.allowed_units is not None:
                standings.cut_back(position, finding.allowed_units)
