"""What must be true of the topics before a runner joins its group."""

from __future__ import annotations

from collections.abc import Callable

from . import log
from .config import StageConfig
from .errors import AccessRefused, FatalClientError, Interrupted, Retriable, TopicsUnfit
from .ports import Clock, KafkaPort

Counts = dict[str, int | None]

_ASK_S = 10.0
# Brokers that are just starting may refuse what they grant a moment later.
_MOST_REFUSALS = 3
_NOBODY = (
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
    """Every topic exists; input and changelog have the partitions they must have.

    Waits for the brokers as long as they are away, calling `moved` at each try. Raises TopicsUnfit,
    FatalClientError when they refuse us again and again, or Interrupted when `stopping()`.
    """
    changelog = config.changelog_topic
    named = [config.input_topic, config.dead_letter_topic, *config.output_topics]
    named += [changelog] if changelog is not None else []
    topics = list(dict.fromkeys(named))

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
    if changelog is not None and counts[changelog] != counts[config.input_topic]:
        raise TopicsUnfit(
            f"{config.input_topic} has {counts[config.input_topic]} partitions, its changelog "
            f"{changelog} has {counts[changelog]}: they must be equal and never change; empty the "
            "stage, then delete the changelog and " + _CREATE
        )


def _answer(config: StageConfig, ask: Callable[[], Counts], clock: Clock) -> Counts:
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
            code, reason = failure.code, _NOBODY
        log.warning(
            "client_retry", stage=config.stage, call="partition_counts", error=code, reason=reason
        )
        clock.sleep(wait_s)
        wait_s = min(wait_s * 2, 5.0)
