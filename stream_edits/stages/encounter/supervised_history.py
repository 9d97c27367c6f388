"""When the findings may have changed that only a claim's supervisors know.

The encounter stage does not see these findings. It sees each review that may be about one, and each
line that got its time. Both go into the history of the claim's findings, so that a review of an
earlier decision is stale as a whole, as for any other finding.
"""

from collections.abc import Iterable

from stream_edits.domain.member_state import FindingChange, ReviewableClaim
from stream_edits.domain.messages import SupervisedReview
from stream_edits.domain.review import ReviewOutcome
from stream_edits.policies.policy import Policies


def supervision_edits(policies: Policies) -> list[str]:
    """The ids of the edits whose findings only a claim's supervisors know."""
    return [edit.id for policy in policies.all for edit in policy.supervision_edits]


def with_review(
    before: ReviewableClaim,
    policies: Policies,
    supervised: Iterable[int],
    review: SupervisedReview,
    revision: int,
) -> ReviewableClaim:
    """What a later review needs to know, after one that went to the claim's supervisors.

    ``supervised`` are the numbers of the lines that may have such findings, ``revision`` is the
    one that the review leads to.
    """
    edits = supervision_edits(policies) if review.edit_id is None else [review.edit_id]
    lines = [number for number in supervised if review.line_number in (None, number)]
    keys = [(edit_id, number) for edit_id in edits for number in lines]
    if review.edit_id is None:
        # A review has approved these in full, so one that names no edit is not about them.
        last = {(x.edit_id, x.line_number): x.takes_away for x in before.changes}
        keys = [key for key in keys if last.get(key, True)]
    takes_away = review.outcome is ReviewOutcome.DENY or review.allowed_units is not None
    return _changed(before, keys, revision, takes_away)


def with_time(
    before: ReviewableClaim, policies: Policies, lines: Iterable[int], revision: int
) -> ReviewableClaim:
    """What a later review needs to know, after lines got their time in a revision."""
    keys = [(edit_id, number) for edit_id in supervision_edits(policies) for number in lines]
    return _changed(before, keys, revision, takes_away=True)


def _changed(
    before: ReviewableClaim, keys: list[tuple[str, int]], revision: int, takes_away: bool
) -> ReviewableClaim:
    """The history with a change of each of these findings.

    They may have stood from the first revision on, and may stand after the change.
    """
    known = {(x.edit_id, x.line_number) for x in before.changes}
    first = [FindingChange(*key, before.first_revision, True, True) for key in keys]
    since = [x for x in first if (x.edit_id, x.line_number) not in known]
    now = [FindingChange(*key, revision, True, takes_away) for key in keys]
    # The news of a line that got its time may come after a later revision.
    changes = sorted([*before.changes, *since, *now], key=lambda change: change.revision)
    return before._replace(changes=tuple(changes))
