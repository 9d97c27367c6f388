"""Reviews: what a person decided on findings of a claim (docs/spec/contract.md, ReviewEvent).

A review names the decision that the person saw. It applies if each finding that it names there
stands unchanged in the newest decision. Pure functions over what is remembered of the claim.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, Draft, EditFinding
from stream_edits.domain.digests import event_digest
from stream_edits.domain.member_state import FindingChange, ReviewableClaim
from stream_edits.domain.messages import SupervisedReview
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.policies.judging.own_reason import ReasonCodes
from stream_edits.policies.values.x12_codes import Kind, group_code, x12_codes
from stream_edits.stages.shared.refused_reviews import (
    StaleReview,
    UnitsAboveBilled,
    UnitsOfNoLine,
    UnlistedReason,
)

_Key = tuple[str, int | None]
# What earlier reviews have left in a message. There are several in what was kept long ago.
_SAID = re.compile(r"(?: A reviewer (?:approved|denied) it\.)+\Z")


class Seen(NamedTuple):
    """What a review is about: the revision that the reviewer saw, and the findings it names."""

    revision: int
    named: tuple[EditFinding, ...]


def takes_away(finding: EditFinding) -> bool:
    """Whether a finding holds or denies its line or claim, or cuts units."""
    return finding.disposition is not Disposition.PASS or finding.allowed_units is not None


def check_reason_codes(review: ReviewEvent) -> None:
    """Raise UnlistedReason if the review names a CARC or RARC that is not on the X12 list."""
    named = [(Kind.RARC, rarc) for rarc in review.rarcs]
    if review.carc is not None:
        named.append((Kind.CARC, review.carc))
    if any(each not in x12_codes() for each in named):
        raise UnlistedReason


def seen_by(review: ReviewEvent, reviewable: ReviewableClaim) -> Seen:
    """What the reviewer saw of a claim. Raises StaleReview.

    A finding that came after the decision that the reviewer saw is not named.
    """
    revision = _seen_revision(review, reviewable)
    named = named_of(review, revision, reviewable)
    findings = [f for f in reviewable.findings if (f.edit_id, f.line_number) in named]
    return Seen(revision, tuple(findings))


def named_of(
    review: ReviewEvent | SupervisedReview, revision: int, reviewable: ReviewableClaim
) -> set[_Key]:
    """The findings that a review names of a claim's decision with that revision.

    Raises StaleReview if one of them has changed since.
    """
    history: dict[_Key, list[FindingChange]] = {}
    for change in reviewable.changes:
        if review.line_number in (None, change.line_number):
            history.setdefault((change.edit_id, change.line_number), []).append(change)
    named = {key for key, changes in history.items() if _is_named(review, changes, revision)}
    if any(history[key][-1].revision > revision for key in named):
        raise StaleReview("a finding that the review names has changed since that decision")
    return named


def _seen_revision(review: ReviewEvent, reviewable: ReviewableClaim) -> int:
    seen = event_digest(review.decision_id)
    if seen not in reviewable.decisions:
        raise StaleReview("decision_id is not of the claim as it is now: take its newest decision")
    return reviewable.first_revision + reviewable.decisions.index(seen)


def _is_named(
    review: ReviewEvent | SupervisedReview, changes: Sequence[FindingChange], revision: int
) -> bool:
    """Whether the review names the findings of one edit on one line, as they were then."""
    before = [change for change in changes if change.revision <= revision]
    if not before or not before[-1].present:
        return False
    if review.edit_id is None:
        return before[-1].takes_away
    return review.edit_id == before[-1].edit_id


def decided(
    review: ReviewEvent | SupervisedReview,
    finding: EditFinding,
    billed: float | None,
    own: ReasonCodes,
) -> EditFinding:
    """The finding as the review decides it, with APPROVE or DENY.

    ``billed`` are the units of its line, None for a finding on the claim. ``own`` are the codes of
    its edit, for a DENY or a cut of units that names none. Raises UnitsAboveBilled,
    UnitsOfNoLine.
    """
    carc = review.carc or own.carc
    if review.outcome is ReviewOutcome.DENY:
        return finding._replace(
            disposition=Disposition.DENY,
            message=_reviewed(finding, "denied"),
            carc=carc,
            rarcs=review.rarcs or own.rarcs,
            group_code=group_code(carc),
            requested_documents=(),
            allowed_units=None,
            review_id=review.review_id,
        )
    allowed = _allowed(review, billed)
    is_cut = allowed is not None  # Without one there is no reason for an adjustment.
    return finding._replace(
        disposition=Disposition.PASS,
        message=_reviewed(finding, "approved"),
        requested_documents=(),
        recommended_code=None,
        allowed_units=allowed,
        carc=carc if is_cut else None,
        rarcs=(review.rarcs or own.rarcs) if is_cut else (),
        group_code=group_code(carc) if is_cut else None,
        review_id=review.review_id,
    )


def _allowed(review: ReviewEvent | SupervisedReview, billed: float | None) -> float | None:
    """The units to which an APPROVE cuts a line, None if it allows all that were billed."""
    allowed = review.allowed_units
    if allowed is None:
        return None
    if billed is None:
        raise UnitsOfNoLine
    if allowed > billed:
        raise UnitsAboveBilled
    return allowed if allowed < billed else None


def _reviewed(finding: EditFinding, outcome: str) -> str:
    """The message of the edit, with what the newest review did."""
    said = _SAID.sub("", finding.message) if finding.review_id else finding.message
    return f"{said} A reviewer {outcome} it."


def with_decided(
    reviewed: Iterable[EditFinding], newly: Sequence[EditFinding]
) -> tuple[EditFinding, ...]:
    """The reviewed findings of a claim, with those that a review has just decided."""
    again = {(f.policy_id, f.edit_id, f.line_number) for f in newly}
    kept = [f for f in reviewed if (f.policy_id, f.edit_id, f.line_number) not in again]
    return (*kept, *newly)


def billed_units(claim: ClaimEvent, line_number: int | None) -> float | None:
    """The units of a line, None for the claim itself."""
    return next((x.units for x in claim.lines if x.line_number == line_number), None)


def reviewable_so_far(revision: int, decision_id: str) -> ReviewableClaim:
    """What a review needs to know of a claim of which nothing was kept: its newest decision."""
    return ReviewableClaim(revision, (event_digest(decision_id),))


def reviewable_after(before: ReviewableClaim | None, draft: Draft) -> ReviewableClaim:
    """What a review needs to know of a claim after its newest decision.

    ``before`` is the same before it, None for the first decision on this content.
    """
    if before is None:
        before = ReviewableClaim(draft.revision, ())
    was, now = _outcomes(before.findings), _outcomes(draft.findings)
    just = draft.trigger_event_id
    reviewed = {
        (f.edit_id, f.line_number) for f in draft.findings if f.review_id and f.review_id == just
    }
    changes = [
        FindingChange(
            *key,
            draft.revision,
            key in now,
            any(
                units is not None or found is not Disposition.PASS
                for found, units in now.get(key, ())
            ),
        )
        for key in dict.fromkeys((*was, *now))
        if was.get(key) != now.get(key) or key in reviewed
    ]
    return before._replace(
        decisions=(*before.decisions, event_digest(draft.decision_id)),
        findings=draft.findings,
        changes=(*before.changes, *changes),
        claim=None,
        source=None,
    )


def _outcomes(
    findings: Iterable[EditFinding],
) -> dict[_Key, list[tuple[Disposition, float | None]]]:
    """The dispositions and allowed units of the findings, by edit and line."""
    found: dict[_Key, list[tuple[Disposition, float | None]]] = {}
    for f in findings:
        found.setdefault((f.edit_id, f.line_number), []).append((f.disposition, f.allowed_units))
    return found
