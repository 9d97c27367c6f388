"""The check of the topics before a runner joins its group."""

from __future__ import annotations

from collections.abc import Callable

from . import log
from .config import StageConfig
from .errors import AccessRefused, FatalClientError, Interrupted, Retriable, TopicsUnfit
from .ports import Clock, KafkaPort

Counts = dict[str, int | None]

_ASK_S = 10.0
# Brokers that are just starting may refuse a connection that they accept a moment later.
_MOST_REFUSALS = 3
_NO_ANSWER = (
    "no broker answers: unless they are away, check bootstrap_servers, and security.protocol among "
    "the kafka options"
)
_CREATE = "create it with `stream-edits topics create`"


def check_topics_fit(
    config: StageConfig,
    port: KafkaPort,
    clock: Clock,
    moved: Callable[[], None],
    stopping: Callable[[], bool],
) -> None:
    """Check that every topic exists, and the partition counts of input and changelog.

    Waits while the brokers are away, calling `moved` before each attempt. Raises TopicsUnfit,
    FatalClientError when the brokers refuse the connection again and again, or Interrupted when
    `stopping()`.
    """
    topics = _topics(config)

    def ask() -> Counts:
        moved()
        if stopping():
            raise Interrupted
        return port.partition_counts(config, topics, _ASK_S)

    counts = _answer(config, ask, clock)
    missing = [topic for topic in topics if counts.get(topic) is None]
    if missing:
        raise TopicsUnfit(
            f"no topic named {', '.join(missing)}, or no right to DESCRIBE it: {_CREATE}"
        )
    found = counts[config.input_topic]
    if config.partitions is not None and found != config.partitions:
        raise TopicsUnfit(
            f"{config.input_topic} has {found} partitions, the settings say {config.partitions}: "
            "the count is fixed when a topic is made, so set it to what the topics have"
        )
    changelog = config.changelog_topic
    if changelog is not None and counts[changelog] != found:
        raise TopicsUnfit(
            f"{config.input_topic} has {found} partitions, its changelog {changelog} has "
            f"{counts[changelog]}: they must be equal and never change; empty the stage, then "
            "delete the changelog and " + _CREATE
        )


def _topics(config: StageConfig) -> list[str]:
    """Every topic that the stage reads or writes, once."""
    topics = [config.input_topic, config.dead_letter_topic, *config.output_topics]
    if config.changelog_topic is not None:
        topics.append(config.changelog_topic)
    return list(dict.fromkeys(topics))


def _answer(config: StageConfig, ask: Callable[[], Counts], clock: Clock) -> Counts:
    """The answer to `ask`, called until the brokers give one."""
    wait_s, refusals = 0.5, 0
    while True:
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
            "client_retry", stage=config.stage, call="partition_counts", error=code, reason=reason
        )
        clock.sleep(wait_s)
        wait_s = min(wait_s * 2, 5.0)
