"""Reviews are counted by the findings that they are about, wherever these are known."""

import pytest

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.wiring import Stage, processors
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.review import ReviewOutcome
from stream_edits.engine.ports import Output, Record, Undecodable
from stream_edits.engine.state.store import MemoryStore
from stream_edits.metrics import Metrics
from tests.app.service import BUILDER, SETTINGS
from tests.build import infusion
from tests.kafka.published import Event, published
from tests.stages.reviewing import review

_TOPICS = SETTINGS.topics
_EDIT = "simultaneous-supervision"


class Counted:
    """The stages without Kafka, and the counter of reviews."""

    def __init__(self) -> None:
        self._metrics = Metrics()
        counting = DecisionMetrics(self._metrics, BUILDER.policies)
        self._stages = processors(SETTINGS, BUILDER, counting)
        self._state = {stage: MemoryStore() for stage in Stage}
        self._offset = 0

    def take(self, event: Event) -> list[Output]:
        """Take an event and all that it leads to. Returns what no stage reads."""
        inputs = {
            _TOPICS.events: Stage.INTAKE,
            _TOPICS.reviews: Stage.REVIEW,
            _TOPICS.by_member: Stage.ENCOUNTER,
            _TOPICS.by_supervisor: Stage.SUPERVISION,
        }
        topic, key, value = published(event, _TOPICS)
        todo, left = [Output(topic, key, value)], []
        while todo:
            output, *todo = todo
            stage = inputs.get(output.topic)
            if stage is None:
                left.append(output)
                continue
            self._offset += 1
            record = Record(output.topic, 0, self._offset, output.key, output.value, (), 0)
            todo += self._stages[stage].process(record, self._state[stage])
        return left

    def reviews(self) -> dict[tuple[str, str, str], float]:
        """The counter, without zeros."""
        return {
            (s.labels["edit_id"], s.labels["disposition"], s.labels["outcome"]): s.value
            for family in self._metrics.registry.collect()
            for s in family.samples
            if s.name == "stream_edits_reviews_total" and s.value
        }


def decided_twice(stages: Counted) -> ClaimDecision:
    """Two infusions at one time; the decision on the second, which is denied."""
    stages.take(infusion("A", "M1", "09:00-10:00"))
    (output,) = stages.take(infusion("B", "M2", "09:00-10:00"))
    assert isinstance(output.about, ClaimDecision)
    return output.about


@pytest.mark.parametrize("outcome", list(ReviewOutcome))
@pytest.mark.parametrize("edit", [None, _EDIT])
def test_a_finding_of_the_supervision_stage(outcome: ReviewOutcome, edit: str | None) -> None:
    stages = Counted()
    decision = decided_twice(stages)
    sent = stages.take(review(decision, outcome, edit=edit, member_id="M2"))
    assert len(sent) == (outcome is not ReviewOutcome.UPHOLD), "one that upholds changes nothing"
    assert stages.reviews() == {(_EDIT, "DENY", outcome.value): 1}


def test_a_refused_review_is_not_counted() -> None:
    stages = Counted()
    decision = decided_twice(stages)
    for outcome in ReviewOutcome:
        with pytest.raises(Undecodable) as refused:
            stages.take(
                review(decision, outcome, line=9, edit=_EDIT, member_id="M2", review_id=outcome)
            )
        assert refused.value.error_class == "UnknownReview"
        assert not refused.value.feeds_breaker
    assert stages.reviews() == {}
