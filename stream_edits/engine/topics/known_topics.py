"""Which topics a group has worked with, so that a topic that was created again is noticed.

Such a topic has the same name, other records and another id (KIP-516). The client does not report
it: it reads on at the old offset of the new log. So each group writes the ids of its topics into a
compacted topic, in the transaction in which it first commits an offset of a partition, and compares
them at its start and while it runs. This mark also tells a new group from one whose offsets have
expired. A stage without a changelog keeps its progress in it, too. The topic of the marks has no
mark itself: it is compared while the stage runs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from stream_edits.text import counted

from .. import log
from ..advice import REBUILD
from ..config import StageConfig
from ..errors import Retriable, TopicReplaced
from ..ports import Clock, KafkaPort, TopicFacts

_REBUILD = f"the state no longer belongs to it: {REBUILD}"
_ACCEPT = (
    "records in it that nobody had read are gone: publish them again if they are needed, then run "
    "`stream-edits topics accept {topic}` to go on with the new topic from its beginning"
)
_MARK_AGAIN = (
    "what each group knew of its topics is gone: make sure that no other topic was created again; "
    "a restart makes this one, and marks the topics as they are then"
)
_CHECK_EVERY_S = 3.0
# Short, because it blocks the loop while no broker answers.
_ASK_S = 2.0
# Longer while no broker answers, because each attempt blocks the loop.
_CHECK_AGAIN_S = 10.0
# Twice the interval at which the client looks for new partitions itself.
_REJOIN_AFTER_S = 60.0

Facts = Mapping[str, TopicFacts | None]
Ids = dict[str, str | None]


class Mark(NamedTuple):
    """What a group wrote about a partition of its input.

    `ids` are the ids of the stage's topics by name, None where the brokers have none. `next_offset`
    is the next offset to read, None in a stage whose changelog has it.
    """

    ids: Ids
    next_offset: int | None


def mark_key(group_id: str, topic: str, partition: int) -> bytes:
    """The key of a mark. None of the three contains a slash."""
    return f"{group_id}/{topic}/{partition}".encode()


def mark_value(mark: Mark) -> bytes:
    """The JSON of a mark."""
    return json.dumps(mark._asdict(), separators=(",", ":"), sort_keys=True).encode()


def mark_of(value: bytes) -> Mark | None:
    """The mark in a record, None if no stage has written the record."""
    try:
        ids, next_offset = (json.loads(value)[name] for name in Mark._fields)
        return Mark({str(topic): id_ for topic, id_ in ids.items()}, next_offset)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def accepting(
    marks: Mapping[bytes, bytes | None],
    group_ids: Collection[str],
    topic: str,
    topic_id: str | None,
) -> Iterator[tuple[bytes, bytes | None]]:
    """The keys and values that make a topic known, as it is now, to these groups.

    A group that reads the topic forgets its marks, and so starts at its beginning. Other marks get
    the new id. None as value removes a mark.
    """
    for key, value in marks.items():
        group_id, _, place = key.decode(errors="replace").partition("/")
        mark = mark_of(value) if value is not None else None
        if group_id not in group_ids or mark is None or topic not in mark.ids:
            continue
        if place.partition("/")[0] == topic:
            yield key, None
        elif mark.ids[topic] != topic_id:
            yield key, mark_value(mark._replace(ids={**mark.ids, topic: topic_id}))


def topics_of(config: StageConfig) -> list[str]:
    """Every topic that the stage reads or writes but that of the marks, once; the input first."""
    topics = [config.input_topic, config.dead_letter_topic, *config.output_topics]
    if config.changelog_topic is not None:
        topics.append(config.changelog_topic)
    return list(dict.fromkeys(topics))


class KnownTopics:
    """The topics of a stage as its group knows them. Without ids nothing is compared."""

    def __init__(self, config: StageConfig, port: KafkaPort, facts: Facts, clock: Clock) -> None:
        """`facts` are the topics at the start, and that of the marks."""
        self._config = config
        self._port = port
        self._clock = clock
        self._marks_topic = None if config.known_topics is None else config.known_topics.name
        self._ids: Ids = {name: fact.id if fact else None for name, fact in facts.items()}
        self._counts = {name: fact.partitions for name, fact in facts.items() if fact}
        self._marks: dict[int, Mark] = {}
        # The partitions of the input when this process started, if its group was new then.
        self._skippable: range | None = None
        self._due = clock.monotonic() + _CHECK_EVERY_S
        self._rejoin_at: float | None = None

    @property
    def input_id(self) -> str | None:
        """The id of the input topic."""
        return self._ids.get(self._config.input_topic)

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions of the input topic."""
        return frozenset(range(self._counts.get(self._config.input_topic, 0)))

    def read_marks(self) -> None:
        """Read the marks of the group and compare their ids. Raises TopicReplaced, Retriable."""
        if self._marks_topic is None:
            return
        prefix = mark_key(self._config.group_id, self._config.input_topic, 0)[:-1]
        values = self._port.newest_values(self._config, self._marks_topic)
        for key, value in values.items():
            number = key[len(prefix) :]
            if value is None or not key.startswith(prefix) or not number.isdigit():
                continue
            mark = mark_of(value)
            if mark is None:
                log.warning("mark_unread", stage=self._config.stage, partition=int(number))
                continue
            self._compare(mark.ids)
            self._marks[int(number)] = mark
        if self._skippable is None:
            count = 0 if self._marks else self._counts.get(self._config.input_topic, 0)
            self._skippable = range(count)

    def mark(self, partition: int) -> Mark | None:
        """What the group wrote about a partition, None if it has never committed there."""
        return self._marks.get(partition)

    def may_be_skipped(self, partition: int) -> bool:
        """Whether a stage that starts at the newest record may skip what the partition has.

        It may if the group is new or had read the partition, not if the partition was added later.
        """
        is_old = self._skippable is None or partition in self._skippable
        return is_old or partition in self._marks

    def check(self) -> None:
        """Compare the topics with those at the start, every few seconds.

        Raises TopicReplaced when one was deleted, created again, or an internal one has grown.
        """
        if self._clock.monotonic() < self._due:
            return
        try:
            self.confirm()
        except Retriable:
            self._due = self._clock.monotonic() + _CHECK_AGAIN_S

    def confirm(self) -> None:
        """Compare the topics with those at the start, now.

        If it returns, every record that was read before the call is one of the known topic. Raises
        TopicReplaced, Retriable.
        """
        if self._marks_topic is None:
            return
        facts = self._port.topic_facts(self._config, list(self._ids), _ASK_S)
        self._due = self._clock.monotonic() + _CHECK_EVERY_S
        for topic, fact in facts.items():
            if fact is None:
                raise TopicReplaced(f"topic {topic} was deleted; {self._advice(topic)}")
        self._compare({name: fact.id for name, fact in facts.items() if fact})
        for name, fact in facts.items():
            if fact is not None:
                self._compare_count(name, fact.partitions)

    def must_rejoin(self) -> bool:
        """True once, a minute after the input topic has grown.

        The client looks for new partitions itself. If the brokers go away at that moment, it may
        take them for known although no member has got them, and nobody would read them.
        """
        if self._rejoin_at is None or self._clock.monotonic() < self._rejoin_at:
            return False
        self._rejoin_at = None
        return True

    def to_write(self, offsets: Mapping[int, int]) -> list[tuple[int, Mark]]:
        """The marks to write in the transaction that commits these offsets, by partition."""
        if self._marks_topic is None:
            return []
        has_changelog = self._config.changelog_topic is not None
        ids = {name: id_ for name, id_ in self._ids.items() if name != self._marks_topic}
        marks = ((n, Mark(ids, None if has_changelog else offsets[n])) for n in offsets)
        return [(n, mark) for n, mark in marks if self._marks.get(n) != mark]

    def on_committed(self, marks: Mapping[int, Mark]) -> None:
        """Remember the marks that were written."""
        self._marks.update(marks)

    def _compare(self, ids: Mapping[str, str | None]) -> None:
        for topic, id_ in ids.items():
            now = self._ids.get(topic)
            if id_ is not None and now is not None and id_ != now:
                raise TopicReplaced(
                    f"topic {topic} was deleted and created again since group "
                    f"{self._config.group_id} worked with it; {self._advice(topic)}"
                )

    def _compare_count(self, topic: str, count: int) -> None:
        before = self._counts.get(topic, count)
        if count == before:
            return
        if topic in self._config.internal_topics:
            raise TopicReplaced(
                f"topic {topic} has {counted(count, 'partitions')} and had {before}: keys now "
                f"fall into other partitions than their state; {_REBUILD}"
            )
        log.info("partitions_changed", stage=self._config.stage, topic=topic, partitions=count)
        self._counts[topic] = count
        if topic == self._config.input_topic:
            self._rejoin_at = self._clock.monotonic() + _REJOIN_AFTER_S

    def _advice(self, topic: str) -> str:
        has_state = self._config.changelog_topic is not None and topic == self._config.input_topic
        if has_state or topic in self._config.internal_topics:
            return _REBUILD
        if topic == self._marks_topic:
            return _MARK_AGAIN
        return _ACCEPT.format(topic=topic)
