"""What must be true of the topics before a runner joins its group."""

from __future__ import annotations

from collections.abc import Callable

from . import log
from .config import StageConfig
from .errors import Interrupted, Retriable, TopicsUnfit
from .ports import Clock, KafkaPort

_ASK_S = 10.0
_CREATE = "create it with `stream-edits topics create`"


def check_topics_fit(
    config: StageConfig,
    port: KafkaPort,
    clock: Clock,
    moved: Callable[[], None],
    stopping: Callable[[], bool],
) -> None:
    """Every topic exists; input and changelog have the partitions they must have.

    Waits for the brokers as long as they are away, calling `moved` at each try. Raises TopicsUnfit,
    or Interrupted when `stopping()`.
    """
    changelog = config.changelog_topic
    named = [config.input_topic, config.dead_letter_topic, *config.output_topics]
    named += [changelog] if changelog is not None else []
    topics = list(dict.fromkeys(named))
    wait_s = 0.5
    while True:
        moved()
        if stopping():
            raise Interrupted
        try:
            counts = port.partition_counts(config, topics, _ASK_S)
            break
        except Retriable as failure:
            log.warning(
                "client_retry", stage=config.stage, call="partition_counts", error=failure.code
            )
            clock.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)
    missing = [topic for topic in topics if counts.get(topic) is None]
    if missing:
        raise TopicsUnfit(f"no topic named {', '.join(missing)}: {_CREATE}")
    found = counts[config.input_topic]
    if config.partitions is not None and found != config.partitions:
        raise TopicsUnfit(
            f"{config.input_topic} has {found} partitions, the settings say {config.partitions}: "
            "the count is fixed when a topic is made, so set it to what the topics have"
        )
    if changelog is not None and counts[changelog] != counts[config.input_topic]:
        raise TopicsUnfit(
            f"{config.input_topic} has {counts[config.input_topic]} partitions, its changelog "
            f"{changelog} has {counts[changelog]}: they must be equal and never change; empty the "
            "stage, then delete the changelog and " + _CREATE
        )
