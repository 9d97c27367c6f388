"""`topics`: create the topics of the settings, compare them, or accept one that was made again."""

import time
from collections.abc import Mapping

from stream_edits.app.topic_specs import topic_specs
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.engine.advice import REBUILD, no_topic
from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.kafka import (
    ConfluentKafka,
    check_topics,
    create_topics,
    forget_group,
    publish_records,
)
from stream_edits.engine.ports import Output
from stream_edits.engine.topics.known_topics import accepting
from stream_edits.settings import Settings

_ASK_S = 15.0
# How long brokers may take to know of a topic that was just created.
_KNOWN_S = 15.0


def create(settings: Settings) -> dict[str, bool]:
    """Create the topics that do not exist; by name, whether each was created now.

    Raises EngineStopped, ClientError.
    """
    return create_topics(settings.kafka_options(), topic_specs(settings))


def check(settings: Settings) -> list[str]:
    """A line for each difference between topics and settings. Raises EngineStopped, ClientError."""
    return check_topics(settings.kafka_options(), topic_specs(settings))


def check_created(settings: Settings, created: Mapping[str, bool]) -> list[str]:
    """The same as `check`, after `create` returned `created`: a new topic may be unknown at first.

    Raises EngineStopped, ClientError.
    """
    deadline = time.monotonic() + _KNOWN_S
    while problems := check(settings):
        if not any(created.values()) or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    return problems


def accept(settings: Settings, topic: str) -> int:
    """Let the stages go on with a topic that was deleted and created again, or that lost records.

    A topic of claims or reviews is read from its beginning. Returns the number of marks that were
    changed. Raises EngineStopped for a topic that state depends on or while the stage that reads it
    runs, ClientError.
    """
    topics = settings.topics
    readers = {topics.events: Stage.INTAKE, topics.reviews: Stage.REVIEW}
    if topic not in (*readers, topics.pass_, topics.pend, topics.deny, topics.dead_letter):
        raise EngineStopped(
            f"{topic} is not a topic of claims, reviews, decisions or dead letters: if state "
            f"depends on it, {REBUILD}"
        )
    kafka, config = ConfluentKafka(), stage_config(settings, readers.get(topic, Stage.INTAKE))
    facts = kafka.topic_facts(config, [topic], _ASK_S)[topic]
    if facts is None:
        raise EngineStopped(no_topic(topic))
    if topic in readers:
        # Offsets in the old log say nothing about the new one.
        forget_group(settings.kafka_options(), config.group_id)
    marks = kafka.newest_values(config, topics.known_topics)
    groups = {settings.group_id(stage) for stage in Stage}
    changed = [
        Output(topics.known_topics, key, value)
        for key, value in accepting(marks, groups, topic, facts.id)
    ]
    return publish_records(settings.kafka_options(), changed)
