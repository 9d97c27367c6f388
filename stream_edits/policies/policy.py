"""A loaded policy with its edits and dated revisions, and all policies of a plan.

Every date of any value of a policy starts a revision. A finding names the newest revision that is
not after the date of service.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import Disposition, EditFinding, Pricing, WaitsFor
from stream_edits.domain.encounter import VisitCodes, encounter_keys
from stream_edits.policies.about import About
from stream_edits.policies.codes_of_edits import (
    EncounterEdits,
    LineEdits,
    codes_by_report,
    codes_supervised,
    encounter_edits_by_code,
    line_edits_by_code,
)
from stream_edits.policies.edit_types import (
    AlreadyReplacedNotice,
    ClaimEdit,
    Edit,
    EncounterEdit,
    SupervisionEdit,
)
from stream_edits.policies.modes import Modes
from stream_edits.policies.on_date import PolicyOnDate, revisions_of
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.mode import EditMode
from stream_edits.policies.values.prompt_pay import PromptPay

_NO_LINE_EDITS = LineEdits()


class Policy:
    """One policy with all its revisions, and the plan's overlay applied to the shipped values."""

    def __init__(
        self,
        about: About,
        edits: Sequence[Edit],
        values: Sequence[EditValues],
        overlay_hash: str = "",
        prompt_pay: PromptPay | None = None,
    ) -> None:
        self.about = about
        self.prompt_pay = prompt_pay or PromptPay({})
        self.id = about.id
        self.edits = tuple(sorted(edits, key=lambda edit: (edit.group, edit.id)))
        self.values = {v.file.id: v for v in values}
        self.overlay_hash = overlay_hash
        self.revisions = revisions_of(values, overlay_hash)
        self.modes = Modes(self.revisions)
        self._days = [revision.effective for revision in self.revisions]
        # The only revision, None if there are several.
        self.only = self.revisions[0] if len(self.revisions) == 1 else None
        self.form_edits = [e for e in self.edits if isinstance(e, ClaimEdit)]
        self._form_ids = {edit.id for edit in self.form_edits}
        self._holding = {edit.id for edit in self.form_edits if edit.holds}
        self._form_names_line = [e.names_line for e in self.form_edits if e.names_line]
        self.encounter_edits = [e for e in self.edits if isinstance(e, EncounterEdit)]
        self.order = {edit.id: place for place, edit in enumerate(self.edits)}
        # By code, because it is asked of every line.
        self._line_edits = {each: line_edits_by_code(self.edits, each) for each in self.revisions}
        self._encounter_edits = {
            each: encounter_edits_by_code(self.encounter_edits, each) for each in self.revisions
        }
        self._notice = next(e for e in self.edits if isinstance(e, AlreadyReplacedNotice))
        self.supervision_edits = [e for e in self.edits if isinstance(e, SupervisionEdit)]
        self._by_report = {each: codes_by_report(self.edits, each) for each in self.revisions}
        self._supervised = {
            on_date: codes_supervised(self.supervision_edits, on_date) for on_date in self.revisions
        }
        self._keep_primary = {e.id for e in self.encounter_edits if e.keeps_primary}
        self._rebilled = {e.id for e in self.encounter_edits if e.counts_as_recommended}
        self._answerable = {e.id for e in self.encounter_edits if e.answerable}

    def on(self, day: date) -> PolicyOnDate:
        """The revision in force on a date of service; the earliest one for a date before it."""
        if self.only is not None:
            return self.only
        return self.revisions[max(bisect_right(self._days, day) - 1, 0)]

    def version_for(self, claim: ClaimEvent) -> str:
        """The newest revision used for the claim's dates of service."""
        if self.only is not None:
            return self.only.version
        used = [self.on(line.service_date) for line in claim.lines]
        return max(used, key=lambda revision: revision.effective).version

    def governs(self, claim: ClaimEvent) -> bool:
        """Whether the claim has a governed line of business and a line that the policy names."""
        if claim.line_of_business not in self.about.lines_of_business:
            return False
        form, only = claim.claim_form, self.only
        for line in claim.lines:
            on_date = only or self.on(line.service_date)
            if on_date.names(line, form):
                return True
        for names in self._form_names_line:
            for line in claim.lines:
                if names(claim, line, only or self.on(line.service_date)):
                    return True
        return False

    def line_edits(self, on_date: PolicyOnDate, code: str) -> LineEdits:
        """The line edits to run for a code."""
        return self._line_edits[on_date].get(code, _NO_LINE_EDITS)

    def encounter_edits_on(self, on_date: PolicyOnDate) -> EncounterEdits:
        """The encounter edits that may have a finding, by code."""
        return self._encounter_edits[on_date]

    def held_lines(self, findings: Iterable[EditFinding]) -> set[int | None]:
        """The numbers of the lines that a form edit pends or holds: no other edit judges them."""
        own = [f for f in findings if self.is_of_form(f)]
        held = (f for f in own if f.disposition is Disposition.PEND or f.edit_id in self._holding)
        return {f.line_number for f in held}

    def is_of_form(self, finding: EditFinding) -> bool:
        """Whether the finding comes from a form edit of this policy."""
        return finding.policy_id == self.id and finding.edit_id in self._form_ids

    def supervises(self, code: str, day: date, npi: str, mode: EditMode = EditMode.ENFORCE) -> bool:
        """Whether a line of a billing NPI with that code occupies its supervisor: a supervision
        edit that has this mode for it names the code."""
        on_date = self.on(day)
        if code not in self._supervised[on_date]:
            return False
        if not self.modes:
            return mode is EditMode.ENFORCE
        return any(
            code in on_date.codes_of[edit.rules] and on_date[edit.rules].mode_for(npi) is mode
            for edit in self.supervision_edits
        )

    def by_report(self, on_date: PolicyOnDate, npi: str) -> frozenset[str]:
        """The codes that a revision of the policy prices By Report for a billing NPI."""
        return codes_by_report(self.edits, on_date, npi) if self.modes else self._by_report[on_date]

    def keeps_primary(self, edit_id: str) -> bool:
        """Whether a line denied by this edit may still be the primary of add-ons."""
        return edit_id in self._keep_primary

    def counts_as_recommended(self, edit_id: str) -> bool:
        """Whether a line denied by this edit counts in sequencing as the recommended code."""
        return edit_id in self._rebilled

    def answerable(self, edit_id: str) -> bool:
        """Whether a later line of the day may answer a denial by this edit."""
        return edit_id in self._answerable

    def already_replaced(self, claim: ClaimEvent) -> EditFinding:
        """The finding on a claim that arrives after its own replacement or void."""
        return self._notice.notice(self.on(claim.first_day))


class Policies:
    """Every policy that a process applies, in order.

    The policies are independent: each judges the claims that it governs as if it were the only
    one, and a claim gets the findings of all. Raises ValueError without a policy.
    """

    def __init__(self, policies: Sequence[Policy]) -> None:
        if not policies:
            raise ValueError("at least one policy is needed")
        self.all = tuple(policies)
        # The usual case, one policy with one revision, needs no look-up for each line.
        self._only = policies[0].only if len(policies) == 1 else None
        self.have_modes = any(policy.modes for policy in policies)
        # The codes that are priced By Report whoever bills them, None if that depends.
        self._by_report: frozenset[str] | None = None
        if self._only is not None and not self.have_modes:
            self._by_report = policies[0].by_report(self._only, "")
        self._by_id = {policy.id: policy for policy in policies}
        self._waits_for = {(p.id, edit.id): edit.waits_for for p in policies for edit in p.edits}
        self.lines_of_business = frozenset[str]().union(
            *(policy.about.lines_of_business for policy in policies)
        )

    def __getitem__(self, policy_id: str) -> Policy:
        return self._by_id[policy_id]

    def governing(self, claim: ClaimEvent) -> tuple[Policy, ...]:
        """The policies that govern a claim, in order. Most claims of a payer have none."""
        if len(self.all) == 1:
            return self.all if self.all[0].governs(claim) else ()
        return tuple([policy for policy in self.all if policy.governs(claim)])

    def answering_for(self, claim: ClaimEvent) -> Sequence[Policy]:
        """The policies that a claim which none governs is decided under: those of its line of
        business, or all of them when none has it."""
        if len(self.all) == 1:
            return self.all
        own = [p for p in self.all if claim.line_of_business in p.about.lines_of_business]
        return own or self.all

    def encounter_keys(self, claim: ClaimEvent) -> tuple[str, ...]:
        """The encounter key of each line of a claim."""
        return encounter_keys(claim, self.visits_of(claim))

    def visits_of(self, claim: ClaimEvent) -> VisitCodes:
        """What holds of visits on a claim's first day; a plan's own policy has that of others."""
        policy = self.all[0]
        if len(self.all) > 1:
            named = (*self.governing(claim), *self.answering_for(claim))
            policy = next((p for p in named if not p.about.is_own), policy)
        return (policy.only or policy.on(claim.first_day)).visits

    def judges(self, claim: ClaimEvent, line: ServiceLine) -> bool:
        """Whether any policy looks at a line of a claim."""
        form, only = claim.claim_form, self._only
        if only is not None:
            return line.procedure_code in only.governed or only.is_judged(line, form)
        return any(policy.on(line.service_date).is_judged(line, form) for policy in self.all)

    def pricing_of(self, line: ServiceLine, npi: str) -> Pricing:
        """The pricing of a line of a billing NPI: BY_REPORT if any policy prices its code so."""
        if self._by_report is not None:
            by_report = line.procedure_code in self._by_report
            return Pricing.BY_REPORT if by_report else Pricing.FEE_SCHEDULE
        for policy in self.all:
            if line.procedure_code in policy.by_report(policy.on(line.service_date), npi):
                return Pricing.BY_REPORT
        return Pricing.FEE_SCHEDULE

    def waits_for(self, finding: EditFinding) -> WaitsFor:
        """Whose move a PEND is: the provider's with a document to send, or as its edit says."""
        if finding.requested_documents:
            return WaitsFor.PROVIDER
        return self._waits_for.get((finding.policy_id, finding.edit_id), WaitsFor.PAYER)

    def of(self, finding: EditFinding) -> Policy | None:
        """The policy that a finding comes from, None if it is no longer loaded."""
        return self._by_id.get(finding.policy_id)
