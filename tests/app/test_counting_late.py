"""A message that comes after a later one of its claim is counted, and leaves nothing."""

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.wiring import Stage, processors
from stream_edits.domain.claim import ClaimEvent
from stream_edits.engine.ports import Output, Record
from stream_edits.engine.state.store import MemoryStore
from stream_edits.metrics import Metrics
from tests.app.service import BUILDER, SETTINGS
from tests.build import infusion, voiding
from tests.kafka.published import published

_TOPICS = SETTINGS.topics
_STAGES = {
    _TOPICS.events: Stage.INTAKE,
    _TOPICS.by_member: Stage.ENCOUNTER,
    _TOPICS.by_supervisor: Stage.SUPERVISION,
}


class Counted:
    """The stages without Kafka, and what they have counted as seen before."""

    def __init__(self) -> None:
        self._metrics = Metrics()
        counting = DecisionMetrics(self._metrics, BUILDER.policies)
        self._stages = processors(SETTINGS, BUILDER, counting)
        self.state = {stage: MemoryStore() for stage in Stage}
        self._offset = 0

    def step(self, output: Output) -> list[Output]:
        """Process a record in its stage."""
        stage = _STAGES[output.topic]
        self._offset += 1
        record = Record(output.topic, 0, self._offset, output.key, output.value, (), 0)
        return list(self._stages[stage].process(record, self.state[stage]))

    def take(self, output: Output) -> list[Output]:
        """Process a record and all that it leads to. Returns the decisions."""
        todo, decided = [output], []
        while todo:
            first, *todo = todo
            if first.topic in _STAGES:
                todo += self.step(first)
            else:
                decided.append(first)
        return decided

    def publish(self, claim: ClaimEvent) -> list[Output]:
        return self.take(Output(*published(claim, _TOPICS)))

    def to_supervision(self, claim: ClaimEvent) -> Output:
        """The record of a claim for its supervisor."""
        (routed,) = self.step(Output(*published(claim, _TOPICS)))
        (supervised,) = self.step(routed)
        return supervised

    def seen_before(self) -> dict[str, float]:
        return {
            sample.labels["stage"]: sample.value
            for family in self._metrics.registry.collect()
            for sample in family.samples
            if sample.name == "stream_edits_duplicates_total" and sample.value
        }


def test_it_is_counted_and_leaves_no_state() -> None:
    stages = Counted()
    late = stages.to_supervision(infusion("C", "M1", "09:00-10:00"))
    assert len(stages.publish(voiding("C", "V"))) == 1
    before = stages.state[Stage.SUPERVISION].snapshot()
    assert stages.take(late) == []
    assert stages.state[Stage.SUPERVISION].snapshot() == before
    assert stages.seen_before() == {"supervision": 1}


def test_one_that_is_only_late_is_decided() -> None:
    stages = Counted()
    late = stages.to_supervision(infusion("C", "M1", "09:00-10:00"))
    stages.publish(infusion("D", "M2", "13:00-14:00"))
    assert len(stages.take(late)) == 1
    assert stages.seen_before() == {}
