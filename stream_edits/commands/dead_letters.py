"""The dead letters of a deployment: found by what stands around them, shown, given back."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from stream_edits.app.wiring import Stage, stage_config
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.framing import schema_id
from stream_edits.engine.clock import SystemClock
from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.kafka import ConfluentKafka, read_topic
from stream_edits.engine.ports import Record
from stream_edits.engine.redrive import Letter, letter_of, redrive
from stream_edits.engine.transaction import Transactions
from stream_edits.settings import Settings


class Filters(NamedTuple):
    """Which dead letters are asked for; None asks for any. Times are milliseconds of Unix time."""

    stage: str | None = None
    error_class: str | None = None
    topic: str | None = None
    partition: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def match(self, letter: Letter) -> bool:
        """Whether the letter is asked for: `since` is inclusive, `until` is not."""
        return (
            self.stage in (None, letter.stage)
            and self.error_class in (None, letter.error_class)
            and self.topic in (None, letter.source_topic)
            and self.partition in (None, letter.source_partition)
            and (self.since_ms is None or self.since_ms <= letter.timestamp_ms)
            and (self.until_ms is None or letter.timestamp_ms < self.until_ms)
        )


class Found(NamedTuple):
    """The letters asked for, oldest first, and whether each was redriven.

    `foreign` counts the records of the topic that no stage has written.
    """

    letters: list[tuple[Letter, bool]]
    foreign: int


class Plan(NamedTuple):
    """What a redrive gives back, and what it leaves with the reason."""

    chosen: list[Letter]
    refused: list[tuple[Letter, str]]


def find(settings: Settings, filters: Filters) -> Found:
    """Read the whole dead-letter topic, as it is now. Raises EngineStopped, ClientError."""
    redriven = {record.key for record in _read(settings, settings.topics.redriven)}
    letters, foreign = [], 0
    for record in _read(settings, settings.topics.dead_letter):
        letter = letter_of(record)
        if letter is None:
            foreign += 1
        elif filters.match(letter):
            letters.append((letter, letter.marker in redriven))
    letters.sort(key=lambda found: (found[0].timestamp_ms, found[0].place))
    return Found(letters, foreign)


def read_one(settings: Settings, place: tuple[int, int]) -> Record:
    """The record at a partition and offset of the dead-letter topic. Raises as `find` does."""
    partition, offset = place
    records = _read(settings, settings.topics.dead_letter, {partition: offset})
    record = next(records, None)
    if record is None or record.offset != offset:
        raise EngineStopped(f"there is no dead letter at {partition}/{offset}")
    return record


def framing_of(value: bytes | None) -> str:
    """How the value of a record is framed, in a few words."""
    if value is None:
        return "no value"
    try:
        return f"Confluent, schema id {schema_id(value)}"
    except Undecodable:
        return "not Confluent's"


def save(record: Record, file: Path) -> int:
    """Write the value of a record, untouched, to a new file that only its owner may read.

    Returns its size in bytes. Raises EngineStopped when there is no value, FileExistsError.
    """
    if record.value is None:
        raise EngineStopped("the record has no value to save")
    made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "wb") as opened:
        return opened.write(record.value)


def plan(settings: Settings, filters: Filters, limit: int | None, most_redrives: int) -> Plan:
    """What a redrive would do now. Raises as `find` does."""
    chosen: list[Letter] = []
    refused: list[tuple[Letter, str]] = []
    inputs = {stage_config(settings, stage).input_topic for stage in Stage}
    for letter, redriven in find(settings, filters).letters:
        if redriven:
            continue
        if letter.redrives >= most_redrives:
            refused.append((letter, f"was redriven {letter.redrives} times and died again"))
        elif letter.source_topic not in inputs:
            refused.append((letter, "came from a topic that no stage here reads"))
        elif limit is None or len(chosen) < limit:
            chosen.append(letter)
    return Plan(chosen, refused)


def carry_out(settings: Settings, plan_now: Callable[[], Plan]) -> Iterator[tuple[Plan, int]]:
    """Redrive what `plan_now` chooses, after every other redrive has been fenced.

    Yields the plan and how many letters are committed: first none, then more after each
    transaction. Raises EngineStopped, ClientError.
    """
    config = _config(settings)
    sink = ConfluentKafka().sink(config)
    transactions = Transactions(config, sink, SystemClock(), lambda: None)
    try:
        transactions.init(lambda: False)
        plan = plan_now()
        done = 0
        yield plan, done
        start: dict[int, int] = {}
        for partition, offset in (letter.place for letter in plan.chosen):
            start[partition] = min(offset, start.get(partition, offset))
        letters = _read(settings, settings.topics.dead_letter, start)
        places = {letter.place for letter in plan.chosen}
        marker_topic, batch_size = settings.topics.redriven, settings.batch_size
        for committed in redrive(letters, places, marker_topic, transactions, batch_size):
            done += committed
            yield plan, done
        if done < len(plan.chosen):
            raise EngineStopped(
                f"{len(plan.chosen) - done} dead letters were deleted from the topic before they "
                "could be redriven"
            )
    finally:
        transactions.close()


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


def _read(settings: Settings, topic: str, start: dict[int, int] | None = None) -> Iterator[Record]:
    return read_topic(settings.kafka_options(), topic, settings.group_id("redrive"), start)
