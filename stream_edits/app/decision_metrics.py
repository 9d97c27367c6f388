"""Metrics of decisions, counted after their commit."""

from collections import Counter as Count
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from stream_edits.app.pend_gauges import OTHER
from stream_edits.app.resolved_pends import CAUSES, ResolvedPend
from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding, FindingMode
from stream_edits.domain.review import ReviewOutcome
from stream_edits.engine.ports import Output
from stream_edits.metrics import Metrics
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.reason_codes import outcomes_in


class DecisionMetrics:
    """Counts decisions and findings. All label values exist from the start, with the value 0."""

    def __init__(self, metrics: Metrics, policies: Policies) -> None:
        edits = [*dict.fromkeys(e.id for policy in policies.all for e in policy.edits), OTHER]
        dispositions = list(Disposition)
        self._metrics = metrics
        self._decisions = {d: metrics.decisions.labels(d.value) for d in dispositions}
        self._revisions = {d: metrics.revisions.labels(d.value) for d in dispositions}
        self._findings = {
            (edit, d): metrics.findings.labels(edit, d.value)
            for edit in edits
            for d in dispositions
        }
        self._monitored = {
            (edit, d): metrics.monitored_findings.labels(edit, d.value)
            for edit in edits
            for d in dispositions
        }
        self._documents = {
            kind: metrics.documents_requested.labels(kind) for kind in (*_kinds(policies), OTHER)
        }
        self._lines_cut = {edit: metrics.lines_cut_back.labels(edit) for edit in edits}
        self._units_cut = {edit: metrics.units_cut_back.labels(edit) for edit in edits}
        self._resolved = {
            (d, cause): metrics.pends_resolved.labels(d.value, cause)
            for d in (Disposition.PASS, Disposition.DENY)
            for cause in CAUSES
        }
        self._re_sent = {x: metrics.duplicates.labels(x) for x in ("encounter", "supervision")}
        self._reviews = {
            (edit, d, outcome): metrics.reviews.labels(edit, d.value, outcome.value)
            for edit in edits
            for d in dispositions
            for outcome in ReviewOutcome
        }
        for policy in policies.all:
            for edit in policy.edits:
                metrics.edit.labels(edit.id, policy.values[edit.id].file.section).set(1)

    def of(self, stage: str, outcomes: Mapping[str, str]) -> Callable[[Sequence[Output]], None]:
        """A callback that counts the output records of each committed transaction of a stage.

        ``outcomes`` maps each of its output topics to the outcome label of a claim sent there.
        """
        claims = {
            topic: self._metrics.claims.labels(stage, outcome)
            for topic, outcome in outcomes.items()
        }

        def committed(outputs: Sequence[Output]) -> None:
            for topic, count in Count(output.topic for output in outputs).items():
                if topic in claims:
                    claims[topic].inc(count)
            for output in outputs:
                self._count(output.about)

        return committed

    def re_sent(self, stage: str) -> None:
        """Count a re-sent event or an outdated message of a stage. An aborted batch is counted
        again."""
        self._re_sent[stage].inc()

    def reviewed(self, outcome: ReviewOutcome, findings: Iterable[EditFinding]) -> None:
        """Count the findings that a review was about. An aborted batch is counted again."""
        for finding in findings:
            self._reviews[self._label(finding), finding.disposition, outcome].inc()

    def _label(self, finding: EditFinding) -> str:
        """The edit of a finding. A claim on its way may have one of an edit that is not loaded."""
        return finding.edit_id if finding.edit_id in self._lines_cut else OTHER

    def _count(self, about: object) -> None:
        if isinstance(about, ResolvedPend):
            self._resolved[about.disposition, about.cause].inc()
            about = about.decision
        if isinstance(about, ClaimDecision):
            self._decisions[about.disposition].inc()
            if about.revision > 1:
                self._revisions[about.disposition].inc()
            if not about.applicable:
                self._metrics.not_governed.inc()
            for finding in about.findings:
                self._finding(about, finding)

    def _finding(self, decision: ClaimDecision, finding: EditFinding) -> None:
        edit = self._label(finding)
        if finding.mode is FindingMode.MONITORED:
            self._monitored[edit, finding.disposition].inc()
            return
        self._findings[edit, finding.disposition].inc()
        for kind in finding.requested_documents:
            self._documents[kind if kind in self._documents else OTHER].inc()
        if finding.allowed_units:
            self._cut(decision, finding, finding.allowed_units)

    def _cut(self, decision: ClaimDecision, finding: EditFinding, allowed: float) -> None:
        edit = self._label(finding)
        for line in decision.lines:
            denied = line.disposition is Disposition.DENY
            if line.line_number == finding.line_number and not denied:
                self._lines_cut[edit].inc()
                self._units_cut[edit].inc(max(0.0, line.billed_units - allowed))


def _kinds(policies: Policies) -> Iterator[str]:
    """Every kind of document that any revision of the policies may request."""
    for policy in policies.all:
        for revision in policy.revisions:
            for edit in policy.edits:
                for _, outcome in outcomes_in(dict(revision[edit.rules])):
                    yield from outcome.requests
