"""Every journey: whole claims, under all edits, through all three stages."""

import pytest

from tests.policies.cases import JOURNEYS as FOLDER
from tests.policies.cases import Journey, all_journeys
from tests.policies.completeness import journey_problems
from tests.policies.golden import journey_failures
from tests.policies.policies import EDIT_IDS, decide, whole_policy

JOURNEYS = all_journeys()


@pytest.mark.parametrize("journey", JOURNEYS, ids=[f"{j.theme}: {j.name}" for j in JOURNEYS])
def test_the_journey_holds(journey: Journey) -> None:
    published = decide(journey.claims, whole_policy(journey.overlay), journey.rollup)
    assert journey_failures(journey, published) == []


@pytest.mark.parametrize("edit_id", EDIT_IDS)
def test_every_edit_has_a_finding_in_a_journey(edit_id: str) -> None:
    problems = list(journey_problems(edit_id, JOURNEYS, FOLDER))
    assert not problems, "\n".join(problems)


def test_no_two_journeys_share_a_name() -> None:
    names = [journey.name for journey in JOURNEYS]
    assert len(set(names)) == len(names)
