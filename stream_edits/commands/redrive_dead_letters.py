"""`dead-letters redrive`: plan which dead letters go back to their topics, and send them."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from stream_edits.app.wiring import Stage, stage_config
from stream_edits.commands.dead_letters import Filters, find, read
from stream_edits.engine.clock import SystemClock
from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.kafka import ConfluentKafka
from stream_edits.engine.ports import Record
from stream_edits.engine.redrive import Letter, redrive
from stream_edits.engine.sizes import Limits
from stream_edits.engine.transaction import Transactions
from stream_edits.settings import Settings
from stream_edits.text import counted, printable, verb

_ASK_S = 15.0


class Plan(NamedTuple):
    """The letters that a redrive sends back, and those that it refuses, each with the reason."""

    chosen: list[Letter]
    refused: list[tuple[Letter, str]]


def plan(settings: Settings, filters: Filters, limit: int | None, most_redrives: int) -> Plan:
    """What a redrive would do now, with at most ``limit`` letters, the oldest first.

    Refused are letters that were redriven ``most_redrives`` times already, and those from a topic
    that no stage reads. Raises EngineStopped, ClientError.
    """
    chosen: list[Letter] = []
    refused: list[tuple[Letter, str]] = []
    inputs = _inputs(settings)
    for letter, redriven in find(settings, filters).letters:
        if redriven:
            continue
        if letter.redrives >= most_redrives:
            refused.append(
                (letter, f"was redriven {counted(letter.redrives, 'times')} and failed again")
            )
        elif letter.source_topic not in inputs:
            refused.append((letter, "came from a topic that no stage here reads"))
        elif limit is None or len(chosen) < limit:
            chosen.append(letter)
    return Plan(chosen, refused)


def execute(settings: Settings, plan_now: Callable[[], Plan]) -> Iterator[tuple[Plan, int]]:
    """Redrive what ``plan_now`` chooses, after every other redrive has been fenced.

    Yields the plan and the number of letters committed so far: 0 first, then more after each
    transaction. Raises EngineStopped, ClientError.
    """
    config = _config(settings)
    kafka = ConfluentKafka()
    written = [*_inputs(settings), settings.topics.redriven]
    limits = Limits(config.max_message_bytes, kafka.topic_settings(config, written, _ASK_S))
    transactions = Transactions(
        config, lambda: kafka.sink(config, limits), SystemClock(), lambda: None
    )
    try:
        transactions.init(lambda: False)
        plan = plan_now()
        done = 0
        yield plan, done
        start: dict[int, int] = {}
        for partition, offset in (letter.place for letter in plan.chosen):
            start[partition] = min(offset, start.get(partition, offset))
        letters = read(settings, settings.topics.dead_letter, start)
        places = {letter.place for letter in plan.chosen}
        marker_topic, batch_size = settings.topics.redriven, settings.batch_size
        at = partial(_record_at, settings)
        for committed in redrive(letters, places, marker_topic, transactions, batch_size, at):
            done += committed
            yield plan, done
        if done < len(plan.chosen):
            gone = len(plan.chosen) - done
            raise EngineStopped(
                f"{counted(gone, 'dead letters')} {verb(gone, 'was', 'were')} deleted from the "
                f"topic before {verb(gone, 'it', 'they')} could be redriven"
            )
    finally:
        transactions.close()


def refusals(plan: Plan) -> Iterator[str]:
    """A line for each letter that the plan refuses."""
    for letter, reason in plan.refused:
        yield f"refused: the dead letter at {letter.partition}/{letter.offset} {reason}"


def summary(plan: Plan, is_executed: bool) -> Iterator[str]:
    """Lines on how many letters go back to which topic, with their error classes."""
    for topic in sorted({letter.source_topic for letter in plan.chosen}):
        classes = Counter(x.error_class for x in plan.chosen if x.source_topic == topic)
        counts = ", ".join(f"{name} {count}" for name, count in sorted(classes.items()))
        outcome = "redriven" if is_executed else "would be redriven"
        yield f"{outcome}: {classes.total()} to {printable(topic)} ({printable(counts)})"
    if not plan.chosen:
        yield "nothing to redrive"
    elif not is_executed:
        yield "dry run: nothing was changed; use --execute to redrive"


def _record_at(settings: Settings, topic: str, partition: int, offset: int) -> Record | None:
    found = next(read(settings, topic, {partition: offset}), None)
    return found if found is not None and found.offset == offset else None


def _inputs(settings: Settings) -> set[str]:
    return {stage_config(settings, stage).input_topic for stage in Stage}


def _config(settings: Settings) -> StageConfig:
    """Of the producer. Its transactional id has no instance: two redrives fence each other."""
    return StageConfig(
        stage="redrive",
        group_id=settings.group_id("redrive"),
        input_topic=settings.topics.dead_letter,
        dead_letter_topic=settings.topics.dead_letter,
        transactional_id=settings.group_id("redrive"),
        transaction_timeout_ms=settings.transaction_timeout_ms,
        kafka=settings.kafka_options(),
    )
