"""The topics of the settings, as `topics create` makes them and `topics check` compares them."""

from stream_edits.engine.ports import TopicSpec
from stream_edits.engine.topics.retention import DAY_MS, UNLIMITED
from stream_edits.settings import Settings

# The brokers' default for other topics, and room for the headers that make a dead letter.
_DEAD_LETTER_BYTES = 1_048_588 + 65_536
# How long a stage may be down before the stage before it must wait for it.
_UNREAD_DAYS = 30
# A segment is compacted once it is full. One of the default size, 1 GiB, would be read whole at
# each start.
_COMPACTED_SOON = {"segment.bytes": "67108864"}


def topic_specs(settings: Settings) -> list[TopicSpec]:
    """Every topic's specification: one partition count, compacted changelogs and marks.

    Claims and decisions are evidence and kept for years.
    """
    topics = settings.topics
    compacted = {
        *(topics.encounter_state, topics.supervision_state),
        *(topics.redriven, topics.known_topics),
    }
    # A dead letter is the only copy of a claim that is not decided yet. It has headers more.
    dead_letter = {"retention.ms": "-1", "max.message.bytes": str(_DEAD_LETTER_BYTES)}
    evidence = topics.evidence()
    return [
        TopicSpec(
            name,
            settings.partitions,
            "compact" if name in compacted else "delete",
            settings.replication_factor,
            dead_letter if name == topics.dead_letter else {},
            # Claims and reviews are not ours alone, so others may give their topics more
            # partitions. An earlier version made the topic of known topics with one partition.
            any_partitions=name in (topics.events, topics.reviews, topics.known_topics),
            kept_days=settings.evidence_days if name in evidence else None,
            initial=_initial(settings, name, is_compacted=name in compacted),
        )
        for name in topics.by_key().values()
    ]


def known_topics_spec(settings: Settings) -> TopicSpec:
    """The topic of known topics, which a stage makes if it is missing."""
    name = settings.topics.known_topics
    return next(spec for spec in topic_specs(settings) if spec.name == name)


def _initial(settings: Settings, name: str, *, is_compacted: bool) -> dict[str, str]:
    """What a new topic gets that an operator may change later.

    Evidence is kept without a limit, unless the settings have one.
    """
    topics = settings.topics
    if is_compacted:
        return _COMPACTED_SOON
    if name in topics.evidence():
        days = settings.evidence_retention_days
        age = UNLIMITED if days is None else str(days * DAY_MS)
        return {"retention.ms": age, "retention.bytes": UNLIMITED}
    if name in (topics.by_member, topics.by_supervisor):
        # Between stages: what the next stage has not read while it is down must not be deleted.
        return {"retention.ms": str(_UNREAD_DAYS * DAY_MS), "retention.bytes": UNLIMITED}
    return {}
