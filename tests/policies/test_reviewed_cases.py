"""Every finding that holds or denies has a way out: a person's review.

The findings are those of the golden cases. So an edit that can hold or deny needs a case for it,
and needs no further one for reviews.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from math import inf
from typing import Any

import pytest

from stream_edits.domain.decision import Disposition
from stream_edits.domain.review import ReviewOutcome
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.policies.policy import Policies
from stream_edits.stages.shared.refused_reviews import UnknownReview
from tests.policies.cases import read_cases
from tests.policies.policies import EDIT_IDS, FOLDER, policy_of, shipped_values
from tests.policies.reviewed_cases import (
    MEDICAL_NECESSITY,
    WAYS,
    Reviewed,
    Way,
    outcomes_of,
    reviews_of,
    ways_without_a_case,
)
from tests.stages.reviewing import review
from tests.stages.walk import Walk, edits

# The claim of such a finding is withdrawn, so there is nothing to pay after a review.
NOTICES = [edit.id for edit in FOLDER.edits if isinstance(edit, AlreadyReplacedNotice)]
JUDGING = [edit_id for edit_id in EDIT_IDS if edit_id not in NOTICES]


@cache
def reviewed(edit_id: str) -> list[tuple[str, Reviewed]]:
    """The reviews of an edit's cases, each with the name of its case."""
    cases = read_cases(FOLDER.folder_of(edit_id))
    return [(case.name, each) for case in cases for each in reviews_of(case)]


@pytest.mark.parametrize("edit_id", JUDGING)
def test_a_review_decides_each_finding_and_nothing_else(edit_id: str) -> None:
    problems = [
        f"{name}, {each.way[1]} of {each.way[0]} on {each.before.claim_id}: {problem}"
        for name, each in reviewed(edit_id)
        for problem in each.problems
    ]
    assert problems == []


@pytest.mark.parametrize("edit_id", JUDGING)
def test_an_approved_line_is_paid_unless_another_finding_stands(edit_id: str) -> None:
    approved = [each for _, each in reviewed(edit_id) if each.way[1] is ReviewOutcome.APPROVE]
    assert approved
    for each in approved:
        assert each.after.revision == each.before.revision + 1
        if each.finding.line_number is None:
            continue
        findings = [
            f for f in each.after.findings if f.line_number in (None, each.finding.line_number)
        ]
        line = each.line(each.after)
        if all(f.disposition is Disposition.PASS and f.allowed_units is None for f in findings):
            # Units below 0, or that are not a number, allow none.
            payable = line.billed_units if 0 < line.billed_units < inf else 0.0
            assert (line.disposition, line.allowed_units) == (Disposition.PASS, payable)


@pytest.mark.parametrize("edit_id", JUDGING)
def test_a_denied_line_is_not_paid(edit_id: str) -> None:
    for _, each in reviewed(edit_id):
        if each.way[1] is ReviewOutcome.DENY and each.finding.line_number is not None:
            line = each.line(each.after)
            assert (line.disposition, line.allowed_units) == (Disposition.DENY, 0)


def covered() -> dict[str, set[Way]]:
    found: dict[str, set[Way]] = defaultdict(set)
    for edit_id in JUDGING:
        found[edit_id] |= {each.way for _, each in reviewed(edit_id)}
    return found


def judging_values() -> dict[str, Any]:
    return {edit_id: shipped_values()[edit_id] for edit_id in JUDGING}


def test_every_edit_that_can_hold_or_deny_has_a_case_that_a_review_changes() -> None:
    assert ways_without_a_case(judging_values(), covered()) == []
    assert all(covered().values())


@pytest.mark.parametrize("edit_id", JUDGING)
def test_an_edit_without_such_a_case_is_found(edit_id: str) -> None:
    fewer = {**covered(), edit_id: set()}
    missing = ways_without_a_case(judging_values(), fewer)
    assert missing
    assert all(each.startswith(f"{edit_id}: ") for each in missing)


def test_a_claim_that_was_replaced_before_it_came_has_no_review() -> None:
    (notice,) = NOTICES
    noticed = 0
    for case in read_cases(FOLDER.folder_of(notice)):
        walk = Walk(under=Policies([policy_of(case)]))
        walk.send(*case.claims)
        members = {claim.claim_id: claim.member_id for claim in case.claims}
        for decision in walk.published:
            if notice in edits(decision):
                noticed += 1
                with pytest.raises(UnknownReview):
                    walk.reviewed(review(decision, member_id=members[decision.claim_id]))
    assert noticed


def _without_review_id(each: Reviewed) -> Reviewed:
    findings = tuple(f._replace(review_id=None) for f in each.after.findings)
    return each._replace(after=each.after._replace(findings=findings))


def _with_another_line(each: Reviewed) -> Reviewed:
    lines = tuple(x._replace(allowed_units=x.allowed_units + 1) for x in each.after.lines)
    return each._replace(after=each.after._replace(lines=lines))


@pytest.mark.parametrize(
    "spoil",
    [lambda each: each._replace(after=each.before), _without_review_id, _with_another_line],
)
def test_a_review_without_effect_or_with_another_is_found(
    spoil: Callable[[Reviewed], Reviewed],
) -> None:
    several = [
        each
        for edit_id in JUDGING
        for _, each in reviewed(edit_id)
        if len(each.before.lines) > 1 and each.finding.line_number is not None
    ]
    assert len(several) > 100
    spoilt = [each for each in several if list(spoil(each).problems)]
    assert {each.way for each in spoilt} == set(WAYS)
    if spoil is not _with_another_line:
        assert len(spoilt) == len(several)
    else:
        assert [e for e in several if e.way[1] is ReviewOutcome.APPROVE and e not in spoilt] == []


def test_no_edit_holds_or_denies_for_medical_necessity() -> None:
    reasons = {
        edit_id: {outcome.carc for outcome in outcomes_of(values)}
        for edit_id, values in shipped_values().items()
    }
    assert [edit_id for edit_id, carcs in reasons.items() if MEDICAL_NECESSITY in carcs] == []
    assert len(set().union(*reasons.values())) > 5
    used = {
        finding.carc
        for edit_id in JUDGING
        for _, each in reviewed(edit_id)
        for finding in each.before.findings
    }
    assert MEDICAL_NECESSITY not in used
    assert len(used) > 5


def test_a_person_may_deny_for_medical_necessity() -> None:
    reviews = [each for _, each in reviewed("units-over-maximum")]
    denied = [each for each in reviews if each.way[1] is ReviewOutcome.DENY]
    assert denied
    for each in denied:
        own = [f for f in each.after.findings if f.review_id == each.review.review_id]
        assert [(f.disposition, f.carc) for f in own] == [(Disposition.DENY, MEDICAL_NECESSITY)]
