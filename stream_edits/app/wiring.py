"""Builds the stages' runners from settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from stream_edits import ENGINE_VERSION
from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.outbox import Outbox
from stream_edits.app.pend_gauges import PendGauges
from stream_edits.app.processors import (
    ERROR_CLASSES,
    EncounterProcessor,
    IntakeProcessor,
    ReviewProcessor,
    SupervisionProcessor,
)
from stream_edits.app.topic_specs import known_topics_spec
from stream_edits.codec.avro import Encoder
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.reviews import ReviewReader
from stream_edits.codec.schemas import (
    CLAIM_DECISION,
    CLAIM_EVENT,
    PackagedSchemas,
    SchemaSource,
    schema_of,
)
from stream_edits.domain.decision import Disposition, RollUp
from stream_edits.engine.config import Breaker, StageConfig
from stream_edits.engine.kafka import client_version
from stream_edits.engine.ports import Processor
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.policy import Policies
from stream_edits.settings import Settings, Topics
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.retention import Retention

if TYPE_CHECKING:
    from stream_edits.codec.registry import Registry


class Stage(StrEnum):
    """The stages, in the order of the pipeline. Intake and review both feed the encounter stage."""

    INTAKE = "intake"
    REVIEW = "review"
    ENCOUNTER = "encounter"
    SUPERVISION = "supervision"


class StageTopics(NamedTuple):
    """The topics of a stage, by their keys in the settings.

    ``outputs`` gives the outcome label of a claim for each, None where the stage sends no claim.
    """

    input: str
    changelog: str | None
    outputs: Mapping[str, str | None]


_DECIDED = dict.fromkeys(("pass", "pend", "deny"), "decided")
STAGE_TOPICS: dict[Stage, StageTopics] = {
    Stage.INTAKE: StageTopics("events", None, {"by_member": "sent_on", **_DECIDED}),
    Stage.REVIEW: StageTopics("reviews", None, {"by_member": None}),
    Stage.ENCOUNTER: StageTopics(
        "by_member", "encounter_state", {"by_supervisor": "sent_on", **_DECIDED}
    ),
    Stage.SUPERVISION: StageTopics(
        "by_supervisor",
        "supervision_state",
        {"by_member": "reopened", "by_supervisor": "sent_on", **_DECIDED},
    ),
}


def policies_of(settings: Settings) -> Policies:
    """The packaged policies under the plan's overlay, and its own edits. Raises PolicyError."""
    return load_policies(settings.policy, own=settings.edits)


def decision_builder(settings: Settings) -> DecisionBuilder:
    """A builder with the policies, the plan's overlay and the roll-up. Raises PolicyError."""
    return DecisionBuilder(policies_of(settings), RollUp(settings.rollup), ENGINE_VERSION)


def runners(settings: Settings, stages: Collection[Stage], metrics: Metrics) -> list[StageRunner]:
    """A runner for each of ``stages``, not connected to Kafka yet.

    Raises PolicyError for a bad overlay. With a configured registry, raises NotRegistered if it
    lacks the decision schema, and RegistryAway if it does not answer.
    """
    builder = decision_builder(settings)
    decision_metrics = DecisionMetrics(metrics, builder.policies)
    by_stage = processors(settings, builder, decision_metrics)
    _set_build_metric(metrics, builder.policies)
    pends = PendGauges(metrics, builder.policies)
    for stage in stages:
        for name in ERROR_CLASSES:
            metrics.dead_letters.labels(stage.value, name)
    return [
        StageRunner(
            stage_config(settings, stage),
            by_stage[stage],
            metrics=metrics,
            on_committed=decision_metrics.of(stage.value, _outcomes(settings.topics, stage)),
            watch=pends.watch(stage.value),
        )
        for stage in Stage
        if stage in stages
    ]


def processors(
    settings: Settings, builder: DecisionBuilder, decision_metrics: DecisionMetrics
) -> dict[Stage, Processor]:
    """The processor of each stage. Raises NotRegistered or RegistryAway, as `runners` does."""
    retention = Retention(settings.retention_days)
    source = schema_source(settings)
    reader = ClaimReader(source)
    outbox = Outbox(settings.topics, _encoders(settings.topics, source))
    return {
        Stage.INTAKE: IntakeProcessor(builder, reader, outbox),
        Stage.REVIEW: ReviewProcessor(ReviewReader(source), outbox),
        Stage.ENCOUNTER: EncounterProcessor(builder, retention, reader, outbox, decision_metrics),
        Stage.SUPERVISION: SupervisionProcessor(builder, retention, outbox, decision_metrics),
    }


def _set_build_metric(metrics: Metrics, policies: Policies) -> None:
    metrics.build.labels(
        version=ENGINE_VERSION,
        policy=";".join(policy.revisions[-1].version for policy in policies.all),
        event_schema=schema_of(CLAIM_EVENT).id,
        decision_schema=schema_of(CLAIM_DECISION).id,
        kafka_client=client_version(),
    ).set(1)


def _outcomes(topics: Topics, stage: Stage) -> dict[str, str]:
    """The outcome label of a claim for each topic that a stage sends claims to."""
    by_key = topics.by_key()
    outputs = STAGE_TOPICS[stage].outputs.items()
    return {by_key[key]: outcome for key, outcome in outputs if outcome is not None}


def _encoders(topics: Topics, source: SchemaSource) -> dict[Disposition, Encoder]:
    """An encoder for each decision topic. A registry may give each of them an id of its own."""
    own = schema_of(CLAIM_DECISION)
    if isinstance(source, PackagedSchemas):
        return dict.fromkeys(Disposition, decision_encoder(own.id))
    id_for = partial(cast("Registry", source).id_for, text=own.text)
    return {
        Disposition.PASS: decision_encoder(id_for(topics.pass_)),
        Disposition.PEND: decision_encoder(id_for(topics.pend)),
        Disposition.DENY: decision_encoder(id_for(topics.deny)),
    }


def schema_source(settings: Settings) -> SchemaSource:
    """The source of writer schemas: the registry, or the packaged schemas without one."""
    return PackagedSchemas() if settings.schema_registry_url is None else registry_of(settings)


def registry_of(settings: Settings) -> Registry:
    """The registry of settings that name one. Raises BadRegistryOptions."""
    # Only here: its client takes a third of the time in which a program starts.
    from stream_edits.codec.registry import Registry

    return Registry(settings.registry_options())


def stage_config(settings: Settings, stage: Stage) -> StageConfig:
    """The engine's configuration of a stage."""
    topics, own = settings.topics, STAGE_TOPICS[stage]
    by_key = topics.by_key()
    return StageConfig(
        stage=stage.value,
        group_id=settings.group_id(stage),
        input_topic=by_key[own.input],
        dead_letter_topic=topics.dead_letter,
        transactional_id=settings.transactional_id(stage),
        changelog_topic=by_key[own.changelog] if own.changelog else None,
        partitions=settings.partitions,
        output_topics=tuple(by_key[key] for key in own.outputs),
        internal_topics=frozenset(by_key[key] for key in _internal()),
        known_topics=known_topics_spec(settings),
        start_from=settings.start_from,
        group_instance_id=settings.group_instance_id(stage),
        engine_version=ENGINE_VERSION,
        batch_size=settings.batch_size,
        linger_s=settings.linger_ms / 1000,
        transaction_timeout_ms=settings.transaction_timeout_ms,
        session_timeout_ms=settings.session_timeout_ms,
        max_poll_interval_ms=settings.max_poll_interval_ms,
        restore_stall_s=settings.restore_stall_seconds,
        breaker=Breaker(settings.breaker_window, settings.breaker_share, settings.breaker_minimum),
        kafka=settings.kafka_options(),
    )


def _internal() -> set[str]:
    """The keys of the topics between the stages, and of the changelogs."""
    stages = STAGE_TOPICS.values()
    written = {key for each in stages for key in each.outputs}
    between = {each.input for each in stages} & written
    return between | {each.changelog for each in stages if each.changelog}
