"""Reads the decisions and dead letters of the demo from the topics."""

import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition

from stream_edits.app.wiring import Stage, stage_config
from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.demo.service import Service
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.dead_letters import headers as names
from stream_edits.engine.kafka.client_log import CLIENT_LOG
from stream_edits.settings import Settings

_TIMEOUT_S = 10.0


class NotDecided(Exception):
    """Not all claims were decided in time. The message gives the progress of each stage."""


class DeadLetter(NamedTuple):
    """A dead letter: its error, and its source as topic/partition/offset."""

    error_class: str
    stage: str
    message: str
    source: str


class DemoRecords:
    """The records read so far from the input and output topics of the stages."""

    def __init__(self, settings: Settings) -> None:
        topics = settings.topics
        self._dead = topics.dead_letter
        self._inputs = {stage: stage_config(settings, stage).input_topic for stage in Stage}
        outputs = (topics.pass_, topics.pend, topics.deny, topics.dead_letter)
        self._schemas = PackagedSchemas()
        self._decisions: dict[tuple[str, int], ClaimDecision] = {}
        self.dead_letters: list[DeadLetter] = []
        self._read: Counter[str] = Counter()
        options = {"group.id": "demo", "enable.auto.commit": False, **settings.kafka_options()}
        self._consumer = Consumer(options | {"enable.partition.eof": True}, logger=CLIENT_LOG)
        # A connection of its own, so that no answer is delayed by a fetch.
        self._asking = Consumer(options, logger=CLIENT_LOG)
        self._ends = {
            (topic, partition): 0
            for topic in (*self._inputs.values(), *outputs)
            for partition in self._asking.list_topics(topic, _TIMEOUT_S).topics[topic].partitions
        }
        self._consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in self._ends])

    @property
    def decisions(self) -> list[ClaimDecision]:
        """Every decision, in the order read."""
        return list(self._decisions.values())

    def newest(self) -> dict[str, ClaimDecision]:
        """The newest revision of each claim's decision."""
        return {d.claim_id: d for d in sorted(self.decisions, key=lambda d: d.revision)}

    def wait(self, service: Service, deadline: float, report: Callable[[int], None]) -> None:
        """Read until all is decided. ``report`` is called with the number of decided claims.

        ``deadline`` is a monotonic time. Raises NotDecided, or the error that stopped a stage.
        """
        while self.read() or not self._all_decided(service):
            service.check()
            if time.monotonic() > deadline:
                raise NotDecided(f"not all was decided in time: {self._progress(service)}")
            report(len({claim_id for claim_id, _ in self._decisions}))

    def read(self) -> int:
        """Read the records that have arrived. Returns their number."""
        records = 0
        for message in self._consumer.consume(500, 0.1):
            error = message.error()
            if error is None:
                records += 1
                self._take(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                self._ends[_place(message)] = message.offset() or 0
        return records

    def close(self) -> None:
        """Close the connections."""
        self._consumer.close()
        self._asking.close()

    def _take(self, message: Message) -> None:
        topic, _ = _place(message)
        self._read[topic] += 1
        if topic in self._inputs.values():
            return
        if topic == self._dead:
            self.dead_letters.append(_dead_letter(message))
            return
        decision = decode_decision(message.value() or b"", self._schemas)
        # Keyed, because the embedded broker also delivers records of aborted transactions.
        self._decisions[decision.claim_id, decision.revision] = decision

    def _all_decided(self, service: Service) -> bool:
        """Whether every stage has committed its input and every topic has been read to its end.

        The order matters: a record published after the first check shows in the second.
        """
        done = {stage: service.events(stage) for stage in self._inputs}
        if done != {stage: self._read[topic] for stage, topic in self._inputs.items()}:
            return False
        return all(self._end(place) == end for place, end in self._ends.items())

    def _end(self, place: tuple[str, int]) -> int:
        return self._asking.get_watermark_offsets(TopicPartition(*place), _TIMEOUT_S)[1]

    def _progress(self, service: Service) -> str:
        return ", ".join(
            f"{stage.value} {service.events(stage)} of {self._read[topic]} events"
            for stage, topic in self._inputs.items()
        )


def _place(message: Message) -> tuple[str, int]:
    topic, partition = message.topic(), message.partition()
    if topic is None or partition is None:
        raise NotDecided("the embedded broker sent a record without a topic or partition")
    return topic, partition


def _dead_letter(message: Message) -> DeadLetter:
    headers = {name: _text(value) for name, value in dict(message.headers() or ()).items()}
    place = (names.SOURCE_TOPIC, names.SOURCE_PARTITION, names.SOURCE_OFFSET)
    return DeadLetter(
        headers[names.ERROR_CLASS],
        headers[names.ERROR_STAGE],
        headers[names.ERROR_MESSAGE],
        "/".join(headers[name] for name in place),
    )


def _text(value: str | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
