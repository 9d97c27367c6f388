"""Made-up claims as a plan would see them, the same for the same seed."""

import heapq
from collections.abc import Callable, Iterator

from stream_edits.domain.claim import ClaimEvent
from stream_edits.synthetic import hospital, mistakes, multi_claim, office
from stream_edits.synthetic.claim_factory import Pause, Practice, Story

Telling = Callable[[Practice], Story]
# How often each story is told, in a hundred or so.
STORIES: dict[Telling, int] = {
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
    mistakes.incomplete_unclassified: 2,
    mistakes.wrong_product: 2,
    mistakes.contrast: 1,
    multi_claim.split_visit: 4,
    multi_claim.numbered_visit: 1,
    multi_claim.outranked_later: 1,
    multi_claim.voided: 2,
    multi_claim.completed_later: 2,
    multi_claim.sent_again: 2,
    multi_claim.changed_silently: 1,
    multi_claim.billed_twice: 1,
    multi_claim.void_of_nothing: 1,
    multi_claim.replaced_before_it_came: 1,
}
CONTESTED: dict[Telling, int] = {multi_claim.two_patients: 4, multi_claim.three_patients: 1}


def generate(seed: int, encounters: int, *, contested: bool = True) -> Iterator[ClaimEvent]:
    """Claims of so many stories, in order of publication: at least one claim a story.

    A story is a visit with what its billing office makes of it; a monthly bill holds three visits.
    With ``contested``, some patients overlap under one physician; without, no two members ever
    have a supervisor in common, so that a run does not hang on the order in which their claims
    meet. A claim that the policy does not govern is never published twice: intake, which has no
    memory, would repeat its decision.
    """
    practice = Practice(seed, contested)
    weights = STORIES | (CONTESTED if contested else {})
    tellings, shares = list(weights), list(weights.values())
    # A pass over all of them first, so that a short demo misses none.
    told = _Told()
    for number in range(encounters):
        if number < len(tellings):
            story = tellings[number](practice)
        else:
            story = practice.rng.choices(tellings, shares)[0](practice)
        yield from told.go_on(story, number)
        while told.has_due(number):
            yield from told.go_on(told.next(), number)
    while told.has_due(None):
        yield from told.go_on(told.next(), encounters)


class _Told:
    """The stories that pause, by the encounter after which they go on."""

    def __init__(self) -> None:
        self._paused: list[tuple[int, int, Story]] = []
        self._begun = 0

    def go_on(self, story: Story, now: int) -> Iterator[ClaimEvent]:
        """Tell a story up to its end or its next pause."""
        for each in story:
            if isinstance(each, Pause):
                self._begun += 1
                heapq.heappush(self._paused, (now + each.encounters, self._begun, story))
                return
            yield each

    def has_due(self, now: int | None) -> bool:
        """Whether a story goes on by then; None is the end of time."""
        return bool(self._paused) and (now is None or self._paused[0][0] <= now)

    def next(self) -> Story:
        """The story that has waited longest."""
        return heapq.heappop(self._paused)[2]
