"""`dead-letters redrive`: plan which dead letters go back to their topics, and send them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from stream_edits.app.wiring import Stage, stage_config
from stream_edits.commands.dead_letters import Filters, find, read
from stream_edits.engine.clock import SystemClock
from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import TopicsUnfit
from stream_edits.engine.kafka import ConfluentKafka
from stream_edits.engine.ports import Record
from stream_edits.engine.redrive import Letter, PartitionOffset, redrive
from stream_edits.engine.sizes import Limits
from stream_edits.engine.transaction import Transactions
from stream_edits.settings import Settings
from stream_edits.text import counted, printable

_ASK_S = 15.0
_GONE = "was deleted from the topic before it could be redriven"


class Plan(NamedTuple):
    """The letters that a redrive sends back, and those that it refuses, each with the reason."""

    chosen: list[Letter]
    refused: list[tuple[Letter, str]]

    def starts(self) -> dict[int, int]:
        """The first chosen offset of each partition of the dead-letter topic that has one."""
        start: dict[int, int] = {}
        for partition, offset in (letter.place for letter in self.chosen):
            start[partition] = min(offset, start.get(partition, offset))
        return start

    def without(self, left: Mapping[PartitionOffset, str]) -> "Plan":
        """The plan when the letters at the places in ``left`` turn out to stay, each with why."""
        chosen = [letter for letter in self.chosen if letter.place not in left]
        stay = [(letter, left[letter.place]) for letter in self.chosen if letter.place in left]
        return Plan(chosen, [*self.refused, *stay])


def plan(settings: Settings, filters: Filters, limit: int | None, most_redrives: int) -> Plan:
    """What a redrive would do now, with at most ``limit`` letters, the oldest first.

    Refused are letters that were redriven ``most_redrives`` times already, and those from a topic
    that no stage reads or that does not exist. Raises EngineStopped, ClientError.
    """
    chosen: list[Letter] = []
    refused: list[tuple[Letter, str]] = []
    letters = [letter for letter, redriven in find(settings, filters).letters if not redriven]
    inputs = _inputs(settings)
    missing = _missing(settings, inputs.intersection(each.source_topic for each in letters))
    for letter in letters:
        if letter.redrives >= most_redrives:
            refused.append(
                (letter, f"was redriven {counted(letter.redrives, 'times')} and failed again")
            )
        elif letter.source_topic not in inputs:
            refused.append((letter, "came from a topic that no stage here reads"))
        elif letter.source_topic in missing:
            refused.append(
                (letter, f"came from the topic {letter.source_topic}, which does not exist")
            )
        elif limit is None or len(chosen) < limit:
            chosen.append(letter)
    return Plan(chosen, refused)


def execute(settings: Settings, plan_now: Callable[[], Plan]) -> Iterator[tuple[Plan, int]]:
    """Redrive what ``plan_now`` chooses, after every other redrive has been fenced.

    Yields the plan and the number of letters committed so far: 0 first, then more after each
    transaction. A letter that cannot be sent back is among the refused ones from then on. Raises
    EngineStopped, ClientError.
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
        letters = read(settings, settings.topics.dead_letter, plan.starts())
        unseen = {letter.place for letter in plan.chosen}
        run = redrive(
            letters,
            unseen,
            settings.topics.redriven,
            transactions,
            settings.batch_size,
            partial(_record_at, settings),
            limits,
        )
        for sent, left in run:
            done += len(sent)
            plan = plan.without(left)
            unseen = unseen.difference(sent, left)
            yield plan, done
        if unseen:
            yield plan.without(dict.fromkeys(unseen, _GONE)), done
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
    try:
        found = next(read(settings, topic, {partition: offset}), None)
    except TopicsUnfit:
        return None
    return found if found is not None and found.offset == offset else None


def _missing(settings: Settings, topics: set[str]) -> set[str]:
    """Those of the topics that do not exist. Raises EngineStopped, ClientError."""
    if not topics:
        return set()
    facts = ConfluentKafka().topic_facts(_config(settings), topics, _ASK_S)
    return {topic for topic, found in facts.items() if found is None}


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
