"""The findings of golden cases, and what a person's review of each makes of its claim."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    LineOutcome,
    RollUp,
    Source,
)
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.reason_codes import outcomes_in
from stream_edits.policies.values.rules import Outcome
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from tests.policies.cases import Case
from tests.policies.policies import policy_of
from tests.stages.reviewing import review

# Every way in which a review changes a finding, by what the finding does.
WAYS = {
    (Disposition.PEND, ReviewOutcome.APPROVE): Disposition.PASS,
    (Disposition.PEND, ReviewOutcome.DENY): Disposition.DENY,
    (Disposition.DENY, ReviewOutcome.APPROVE): Disposition.PASS,
}
# Only a person may deny for that: Health and Safety Code 1367.01(k), by SB 1120 of 2024.
MEDICAL_NECESSITY = "50"
Way = tuple[Disposition, ReviewOutcome]


class Reviewed(NamedTuple):
    """A finding of a case, its review, and the claim's decisions before and after."""

    finding: EditFinding
    way: Way
    review: ReviewEvent
    before: ClaimDecision
    after: ClaimDecision

    @property
    def problems(self) -> Iterator[str]:
        """What the review did not do, or did beside it."""
        wanted = WAYS[self.way]
        own = [each for each in self.after.findings if _place(each) == _place(self.finding)]
        if not own or any(each.disposition is not wanted for each in own):
            yield f"the finding is {[each.disposition for each in own]}, not {wanted}"
        if any(each.review_id != self.review.review_id for each in own):
            yield "the finding does not name the review"
        if self.after.trigger_event_id != self.review.review_id:
            yield "the revision does not name the review"
        line = self.finding.line_number
        if line is not None:
            yield from (f"line {number} changed" for number in self._changed_beside(line))

    def _changed_beside(self, reviewed: int) -> Iterator[int]:
        """The other lines that came out differently.

        After a denial an edit with one finding for several lines may find it on another line.
        """
        before = {each.line_number: each for each in self.before.lines}
        for line in self.after.lines:
            number = line.line_number
            if number == reviewed or line == before[number]:
                continue
            moved = self._own_on(number, self.before) != self._own_on(number, self.after)
            if self.way[1] is ReviewOutcome.APPROVE or not moved:
                yield number

    def _own_on(self, line: int, decision: ClaimDecision) -> list[EditFinding]:
        edit_id = self.finding.edit_id
        return [f for f in decision.findings if (f.edit_id, f.line_number) == (edit_id, line)]

    def line(self, decision: ClaimDecision) -> LineOutcome:
        """The outcome of the finding's line."""
        return next(x for x in decision.lines if x.line_number == self.finding.line_number)


def reviews_of(case: Case) -> Iterator[Reviewed]:
    """Every finding of the case's own edit in a newest decision, reviewed in every way.

    Claims that were replaced or voided are left out.
    """
    _, decisions = _run(case)
    members = {claim.claim_id: claim.member_id for claim in case.claims}
    withdrawn = {claim.withdraws for claim in case.claims}
    newest = {each.claim_id: each for each in decisions if each.claim_id not in withdrawn}
    for decision in newest.values():
        for finding in decision.findings:
            for way in WAYS:
                if finding.edit_id == case.edit_id and finding.disposition is way[0]:
                    member_id = members[decision.claim_id]
                    yield _reviewed(case, decision, finding, way, member_id)


def _reviewed(
    case: Case, before: ClaimDecision, finding: EditFinding, way: Way, member_id: str
) -> Reviewed:
    pipeline, _ = _run(case)
    published = max(claim.event_time for claim in case.claims) + timedelta(minutes=1)
    event = review(
        before,
        way[1],
        finding.line_number,
        finding.edit_id,
        member_id=member_id,
        event_time=published,
        carc=MEDICAL_NECESSITY if way[1] is ReviewOutcome.DENY else None,
    )
    after = [each for each in pipeline.review(event) if each.claim_id == before.claim_id]
    return Reviewed(finding, way, event, before, after[-1] if after else before)


def _run(case: Case) -> tuple[Pipeline, list[ClaimDecision]]:
    """The case's claims through all stages, with the policy that the case needs."""
    builder = DecisionBuilder(Policies([policy_of(case)]), RollUp.STANDARD, "test")
    pipeline = Pipeline(builder)
    sources = (Source("case", 0, place) for place in range(len(case.claims)))
    return pipeline, [
        decision
        for claim, source in zip(case.claims, sources, strict=True)
        for decision in pipeline.decide(claim, source)
    ]


def _place(finding: EditFinding) -> tuple[str, int | None]:
    return finding.edit_id, finding.line_number


def outcomes_of(values: EditValues) -> list[Outcome]:
    """Every outcome that an edit's values name, on every date on which one of them changes."""
    days = sorted({day for by_date in values.dated.values() for day in by_date})
    rules = [values.on(day, "any") for day in days]
    return [outcome for each in rules for _, outcome in outcomes_in(dict(each))]


def ways_without_a_case(
    values: Mapping[str, EditValues], reviewed: Mapping[str, Collection[Way]]
) -> list[str]:
    """Each edit that can hold or deny by its values, and has no case that a review changes so."""
    missing = []
    for edit_id, own in values.items():
        dispositions = {outcome.disposition for outcome in outcomes_of(own)}
        needed: Sequence[Way] = [way for way in WAYS if way[0] in dispositions]
        missing += [
            f"{edit_id}: no case with a {way[0]} that a review makes {WAYS[way]}"
            for way in needed
            if way not in reviewed.get(edit_id, ())
        ]
    return missing
