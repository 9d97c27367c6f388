"""Generates synthetic claims of a plan. The same seed gives the same claims."""

import heapq
from collections.abc import Callable, Iterator

from stream_edits.domain.claim import ClaimEvent
from stream_edits.synthetic import hospital, infusion_centre, mistakes, multi_claim, office
from stream_edits.synthetic.claim_factory import Pause, Practice, Scenario

ScenarioFactory = Callable[[Practice], Scenario]
# The relative frequency of each scenario.
SCENARIOS: dict[ScenarioFactory, int] = {
    office.infusion: 9,
    office.antibiotics: 5,
    office.concurrent: 2,
    office.chemotherapy: 8,
    office.chemotherapy_regimen: 3,
    office.chemotherapy_push: 3,
    office.hydration: 4,
    office.pushes: 5,
    office.injection: 5,
    office.under_the_skin: 2,
    office.many_hours: 2,
    office.unclassified_drug: 2,
    office.on_body_injector: 1,
    office.relieved: 2,
    office.office_visit: 4,
    office.other_plan: 4,
    hospital.outpatient: 4,
    hospital.emergency: 2,
    hospital.monthly: 2,
    hospital.past_midnight: 1,
    hospital.incomplete_bill: 1,
    hospital.drugs_in_revenue_lines: 2,
    hospital.observation: 1,
    hospital.two_visits: 1,
    infusion_centre.drug_from_a_pharmacy: 2,
    infusion_centre.vaccine_beside: 1,
    infusion_centre.albumin: 1,
    infusion_centre.twice_a_day: 1,
    infusion_centre.drug_billed_later: 1,
    mistakes.second_initial: 3,
    mistakes.low_initial: 3,
    mistakes.twice_the_initial: 1,
    mistakes.too_short: 2,
    mistakes.missing_documents: 3,
    mistakes.general_supervision: 1,
    mistakes.loose_hydration: 3,
    mistakes.over_maximum: 2,
    mistakes.solutions_and_supplies: 2,
    mistakes.wrong_place: 3,
    mistakes.incomplete_form: 2,
    mistakes.several_days: 1,
    mistakes.incomplete_unclassified: 2,
    mistakes.wrong_product: 2,
    mistakes.contrast: 1,
    multi_claim.split_encounter: 4,
    multi_claim.numbered_encounter: 1,
    multi_claim.outranked_later: 1,
    multi_claim.voided: 2,
    multi_claim.completed_later: 2,
    multi_claim.sent_again: 2,
    multi_claim.changed_silently: 1,
    multi_claim.billed_twice: 1,
    multi_claim.void_of_nothing: 1,
    multi_claim.replaced_before_it_came: 1,
}
CONTESTED: dict[ScenarioFactory, int] = {multi_claim.two_patients: 4, multi_claim.three_patients: 1}


def generate(seed: int, encounters: int, *, contested: bool = True) -> Iterator[ClaimEvent]:
    """The claims of ``encounters`` scenarios, in order of publication.

    A scenario is an encounter with all its claims, at least one; a monthly bill has three
    encounters. With ``contested``, patients of one physician sometimes overlap. Without it, no two
    members share a supervisor, so decisions do not depend on the order in which their claims are
    processed. A claim that the policy does not govern is never re-sent, because intake is stateless
    and would decide it again.
    """
    practice = Practice(seed, contested)
    weights = SCENARIOS | (CONTESTED if contested else {})
    factories, shares = list(weights), list(weights.values())
    # Each scenario once before the random ones, so that a short demo has all of them.
    paused = _PausedScenarios()
    for number in range(encounters):
        if number < len(factories):
            scenario = factories[number](practice)
        else:
            scenario = practice.rng.choices(factories, shares)[0](practice)
        yield from paused.go_on(scenario, number)
        while paused.has_due(number):
            yield from paused.go_on(paused.next(), number)
    while paused.has_due(None):
        yield from paused.go_on(paused.next(), encounters)


class _PausedScenarios:
    """The paused scenarios, by the number of the encounter after which they continue."""

    def __init__(self) -> None:
        self._paused: list[tuple[int, int, Scenario]] = []
        self._begun = 0

    def go_on(self, scenario: Scenario, now: int) -> Iterator[ClaimEvent]:
        """Run a scenario up to its end or its next pause."""
        for each in scenario:
            if isinstance(each, Pause):
                self._begun += 1
                heapq.heappush(self._paused, (now + each.encounters, self._begun, scenario))
                return
            yield each

    def has_due(self, now: int | None) -> bool:
        """Whether a scenario continues at ``now``. None means after the last encounter."""
        return bool(self._paused) and (now is None or self._paused[0][0] <= now)

    def next(self) -> Scenario:
        """The scenario that is due first."""
        return heapq.heappop(self._paused)[2]
