"""The dead letters of a deployment: filtering and reading them, for the commands on them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from stream_edits.engine.kafka import read_topic
from stream_edits.engine.ports import Record
from stream_edits.engine.redrive import Letter, letter_of
from stream_edits.settings import Settings


class Filters(NamedTuple):
    """Which dead letters are wanted; None matches any. Times are milliseconds of Unix time."""

    stage: str | None = None
    error_class: str | None = None
    topic: str | None = None
    partition: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def match(self, letter: Letter) -> bool:
        """Whether the letter is wanted: `since` is inclusive, `until` is exclusive."""
        return (
            self.stage in (None, letter.stage)
            and self.error_class in (None, letter.error_class)
            and self.topic in (None, letter.source_topic)
            and self.partition in (None, letter.source_partition)
            and (self.since_ms is None or self.since_ms <= letter.timestamp_ms)
            and (self.until_ms is None or letter.timestamp_ms < self.until_ms)
        )


class Found(NamedTuple):
    """The letters that match, oldest first, and whether each was redriven.

    `foreign` counts the records of the topic that no stage has written.
    """

    letters: list[tuple[Letter, bool]]
    foreign: int


def find(settings: Settings, filters: Filters) -> Found:
    """Read the whole dead-letter topic as it is now. Raises EngineStopped, ClientError."""
    redriven = {record.key for record in read(settings, settings.topics.redriven)}
    letters, foreign = [], 0
    for record in read(settings, settings.topics.dead_letter):
        letter = letter_of(record)
        if letter is None:
            foreign += 1
        elif filters.match(letter):
            letters.append((letter, letter.marker in redriven))
    letters.sort(key=lambda found: (found[0].timestamp_ms, found[0].place))
    return Found(letters, foreign)


def read(settings: Settings, topic: str, start: dict[int, int] | None = None) -> Iterator[Record]:
    """The records of a topic, or of the partitions in ``start`` from those offsets on.

    Raises EngineStopped, ClientError.
    """
    return read_topic(settings.kafka_options(), topic, settings.group_id("redrive"), start)


def iso_time(milliseconds: int) -> str:
    """Milliseconds of Unix time as ISO-8601 in UTC; `unknown` outside the calendar."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return "unknown"
