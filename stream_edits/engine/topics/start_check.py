"""The check of the topics before a runner joins its group."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from stream_edits.text import counted

from .. import log
from ..advice import REBUILD, no_topic
from ..config import StageConfig
from ..errors import (
    AccessRefused,
    EngineStopped,
    FatalClientError,
    Interrupted,
    Retriable,
    TopicsUnfit,
)
from ..ports import Clock, KafkaPort, TopicSettings
from ..sizes import Limits, record_bytes
from .known_topics import Facts, topics_of

_T = TypeVar("_T")

_ASK_S = 10.0
# Brokers that are just starting may refuse a connection that they accept a moment later.
_MOST_REFUSALS = 3
_NO_ANSWER = (
    "no broker answers: unless they are away, check STREAM_EDITS_BOOTSTRAP_SERVERS "
    "(bootstrap_servers), and security.protocol among the kafka options"
)


# Of the headers that make a record a dead letter.
_HEADROOM = record_bytes(None, None) + 2048


class CheckedTopics(NamedTuple):
    """The topics of a stage as they are at its start, and how large their records may be."""

    facts: Facts
    limits: Limits


class Asker:
    """Asks the brokers, and waits while they are away."""

    def __init__(
        self,
        config: StageConfig,
        clock: Clock,
        moved: Callable[[], None],
        stopping: Callable[[], bool],
    ) -> None:
        """`moved` is called before each attempt; `stopping` says that no more should be made."""
        self._config = config
        self._clock = clock
        self._moved = moved
        self._stopping = stopping

    def answer(self, call: str, ask: Callable[[], _T], budget_s: float = math.inf) -> _T:
        """The answer to `ask`, called until the brokers give one.

        Raises FatalClientError when they refuse the connection again and again, EngineStopped after
        `budget_s` seconds, or Interrupted.
        """
        wait_s, refusals = 0.5, 0
        deadline = self._clock.monotonic() + budget_s
        while True:
            self._moved()
            if self._stopping():
                raise Interrupted
            try:
                return ask()
            except AccessRefused as refused:
                refusals += 1
                if refusals == _MOST_REFUSALS:
                    raise FatalClientError(refused.reason) from None
                code, reason = refused.code, refused.reason
            except Retriable as failure:
                refusals = 0
                code, reason = failure.code, failure.reason or _NO_ANSWER
            log.warning(
                "client_retry",
                stage=self._config.stage,
                call=call,
                error=code,
                host=str(self._config.kafka.get("bootstrap.servers", "")),
                setting="STREAM_EDITS_BOOTSTRAP_SERVERS",
                reason=reason,
            )
            if self._clock.monotonic() >= deadline:
                known = self._config.known_topics
                raise EngineStopped(
                    f"no answer about {call} for {budget_s:g} s ({code}): check the brokers, and "
                    f"look for an open transaction on {known.name if known else 'the topics'} "
                    "(kafka-transactions.sh find-hanging)"
                )
            self._clock.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)


def check_topics_fit(config: StageConfig, port: KafkaPort, asker: Asker) -> CheckedTopics:
    """Check that every topic exists and fits: partition counts, compaction, sizes of records.

    Waits while the brokers are away. Raises TopicsUnfit, or as `Asker.answer`.
    """
    known = config.known_topics
    needed = topics_of(config) if known is None else [*topics_of(config), known.name]

    def ask() -> Facts:
        facts = port.topic_facts(config, needed, _ASK_S)
        if known is not None and facts[known.name] is None:
            # It was deleted, or this is a deployment of an earlier version.
            if port.create_topic(config, known):
                log.warning("known_topics_created", stage=config.stage, topic=known.name)
            facts = port.topic_facts(config, needed, _ASK_S)
        return facts

    facts = asker.answer("topic_facts", ask)
    missing = [topic for topic in needed if facts.get(topic) is None]
    if missing:
        raise TopicsUnfit(no_topic(*missing))
    _check_counts(config, facts)
    settings = asker.answer("topic_settings", lambda: port.topic_settings(config, needed, _ASK_S))
    unread = [topic for topic in needed if settings.get(topic) is None]
    if unread:
        log.warning("topic_settings_unread", stage=config.stage, topics=" ".join(unread))
    _check_settings(config, settings)
    return CheckedTopics(
        facts, _limits(config, {name: settings[name] for name in topics_of(config)})
    )


def _check_counts(config: StageConfig, facts: Facts) -> None:
    counts = {topic: fact.partitions for topic, fact in facts.items() if fact is not None}
    for topic in topics_of(config):
        if topic in config.internal_topics and config.partitions not in (None, counts[topic]):
            raise TopicsUnfit(
                f"{topic} has {counted(counts[topic], 'partitions')}, the settings say "
                f"{config.partitions}: "
                "the count is fixed when a topic is made, so set it to what the topics have"
            )
    found, changelog = counts[config.input_topic], config.changelog_topic
    if changelog is not None and counts[changelog] != found:
        raise TopicsUnfit(
            f"{config.input_topic} has {counted(found, 'partitions')}, its changelog {changelog} "
            f"has {counts[changelog]}: they must be equal and never change; "
            f"{REBUILD}"
        )


def limits_now(config: StageConfig, port: KafkaPort) -> Limits | None:
    """The limits of the topics, None if they cannot be read or a topic takes hardly any record."""
    try:
        return _limits(config, port.topic_settings(config, topics_of(config), _ASK_S))
    except (Retriable, TopicsUnfit):
        return None


def _limits(config: StageConfig, settings: Mapping[str, TopicSettings | None]) -> Limits:
    for topic, each in settings.items():
        if each is not None and each.max_message_bytes < config.least_message_bytes:
            raise TopicsUnfit(
                f"{topic} has max.message.bytes={each.max_message_bytes}, too small for claims: "
                f"set it to {config.least_message_bytes} at least"
            )
    return Limits(config.max_message_bytes, settings)


def _check_settings(config: StageConfig, settings: Mapping[str, TopicSettings | None]) -> None:
    kept = {config.changelog_topic: ("the changelog ", "state")}
    if config.known_topics is not None:
        kept[config.known_topics.name] = ("", "what the groups know of their topics")
    for topic, (kind, content) in kept.items():
        each = settings.get(topic) if topic is not None else None
        if each is not None and each.cleanup_policy != "compact":
            raise TopicsUnfit(
                f"{kind}{topic} has cleanup.policy={each.cleanup_policy}, which deletes {content}: "
                "set it to compact"
            )
    letters = settings.get(config.dead_letter_topic)
    if letters is None:
        return
    if "compact" in letters.cleanup_policy:
        raise TopicsUnfit(
            f"{config.dead_letter_topic} has cleanup.policy={letters.cleanup_policy}: a record "
            "without a key cannot become a dead letter there, and others are lost; set it to delete"
        )
    source = settings.get(config.input_topic)
    if source is not None and letters.max_message_bytes < source.max_message_bytes + _HEADROOM:
        log.warning(
            "dead_letters_may_not_fit",
            stage=config.stage,
            topic=config.dead_letter_topic,
            limit=letters.max_message_bytes,
            wanted=source.max_message_bytes + _HEADROOM,
        )
