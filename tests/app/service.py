"""All stages on the cluster in memory, with their metrics, for tests."""

from datetime import date

from prometheus_client import CollectorRegistry

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.pend_gauges import PendGauges
from stream_edits.app.topic_specs import topic_specs
from stream_edits.app.wiring import Stage, decision_builder, processors, stage_config
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.open_pend import DAYS_LEFT
from stream_edits.engine.ports import TopicSettings
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings
from tests.build import PUBLISHED
from tests.engine.harness import FakeClock
from tests.memory_kafka.broker import Broker
from tests.memory_kafka.calls import InterceptedPort
from tests.memory_kafka.script import Script

SETTINGS = Settings(partitions=2)
BUILDER = decision_builder(SETTINGS)
_LARGEST = 1_048_588
_encode = claim_encoder(5)


class Cluster(Broker, Script):
    """A broker with every topic of the settings."""

    def __init__(self) -> None:
        Broker.__init__(self)
        Script.__init__(self)
        self.now_ms = round(PUBLISHED.timestamp() * 1000)
        for spec in topic_specs(SETTINGS):
            self.create(spec.name, spec.partitions)
            self.settings[spec.name] = TopicSettings(spec.cleanup_policy, _LARGEST)

    def publish(self, *claims: ClaimEvent) -> None:
        """Append claims to the events topic, those of one member on one partition."""
        for each in claims:
            partition = sum(each.member_id.encode()) % SETTINGS.partitions
            self.put(SETTINGS.topics.events, partition, each.member_id.encode(), _encode(each))

    def decisions(self) -> list[ClaimDecision]:
        """Every committed decision."""
        topics = SETTINGS.topics
        return [
            decode_decision(record.value or b"", PackagedSchemas())
            for topic in (topics.pass_, topics.pend, topics.deny)
            for record in self.visible(topic)
        ]


class Service:
    """One process that runs all stages."""

    def __init__(self, cluster: Cluster, today: date) -> None:
        metrics = Metrics(CollectorRegistry())
        self.registry = metrics.registry
        self.pends = PendGauges(metrics, BUILDER.policies, lambda: self.today)
        self.today = today
        by_stage = processors(SETTINGS, BUILDER, DecisionMetrics(metrics, BUILDER.policies))
        self.runners = [
            StageRunner(
                stage_config(SETTINGS, stage),
                by_stage[stage],
                InterceptedPort(cluster, cluster),
                metrics,
                FakeClock(),
                watch=self.pends.watch(stage.value),
            )
            for stage in Stage
        ]
        for runner in self.runners:
            runner.start()

    def until_ready(self) -> "Service":
        """Run the stages until all have restored their state."""
        for _ in range(20):
            if all(runner.ready for runner in self.runners):
                break
            self.drain(1)
        assert all(runner.ready for runner in self.runners)
        return self

    def drain(self, rounds: int = 12) -> None:
        """Run the stages until nothing is left to do."""
        for _ in range(rounds):
            for runner in self.runners:
                runner.run_round()

    def close(self) -> None:
        """End the process; its memory is gone."""
        for runner in self.runners:
            runner.close()

    def by_move(self) -> dict[tuple[str, str], float]:
        """The gauge by whose move and days left, without zeros."""
        return {
            (move, left): count
            for move in ("provider", "payer", "claim")
            for left in DAYS_LEFT
            if (count := self._sample("open_pends", waits_for=move, days_left=left))
        }

    def by_edit(self) -> dict[str, float]:
        """The gauge by edit, without zeros."""
        edits = [edit.id for policy in BUILDER.policies.all for edit in policy.edits]
        counted = {each: self._sample("open_pends_by_edit", edit_id=each) for each in edits}
        return {edit_id: count for edit_id, count in counted.items() if count}

    def _sample(self, name: str, **labels: str) -> float:
        value = self.registry.get_sample_value(f"stream_edits_{name}", labels)
        assert value is not None, f"{name} {labels} is not there"
        return value
