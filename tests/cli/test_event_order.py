"""The order in which `explain` and `policy impact` replay the claims and reviews of the topics."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from stream_edits.cli import cli
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.reviews import encode_review
from stream_edits.codec.schemas import CLAIM_DECISION, CLAIM_EVENT, schema_of
from stream_edits.commands.records import topic_records
from stream_edits.commands.records.explained_topics import of_topics
from stream_edits.commands.records.topic_events import topic_events
from stream_edits.domain.claim import ClaimEvent
from stream_edits.engine.records import Record
from stream_edits.explain.history import Event
from stream_edits.settings import Settings
from tests.build import PUBLISHED, claim, infusion, line
from tests.stages.reviewing import review
from tests.stages.walk import Walk

_ENCODE_CLAIM = claim_encoder(schema_of(CLAIM_EVENT).id)
_ENCODE_DECISION = decision_encoder(schema_of(CLAIM_DECISION).id)
_PUBLISHED_MS = int(PUBLISHED.timestamp() * 1000)
_MINUTE_MS = 60_000
_TWO_DAYS = 2 * 24 * 60


class Topics:
    """The topics of claims, reviews and decisions, in memory."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._records: dict[str, list[Record]] = defaultdict(list)

    def write(self, event: Event, minute: int | None, partition: int = 0) -> None:
        """Append an event with a timestamp in minutes after PUBLISHED, or without one."""
        is_claim = isinstance(event, ClaimEvent)
        topics = self.settings.topics
        topic = topics.events if is_claim else topics.reviews
        value = _ENCODE_CLAIM(event) if is_claim else encode_review(event)
        at_ms = -1 if minute is None else _PUBLISHED_MS + minute * _MINUTE_MS
        self._append(topic, event.member_id, value, at_ms, partition)

    def decide(self, *claims: ClaimEvent) -> None:
        """Publish the decisions on these claims, which arrived in this order."""
        topics = self.settings.topics
        topic_of = {"PASS": topics.pass_, "PEND": topics.pend, "DENY": topics.deny}
        for each in Walk().send(*claims):
            topic, value = topic_of[each.disposition], _ENCODE_DECISION(each)
            self._append(topic, each.claim_id, value, _PUBLISHED_MS, 0)

    def _append(self, topic: str, key: str, value: bytes, at_ms: int, partition: int) -> None:
        records = self._records[topic]
        offset = sum(each.partition == partition for each in records)
        records.append(Record(topic, partition, offset, key.encode(), value, (), at_ms))

    def read_topic(self, options: object, topic: str, *_: object) -> Iterator[Record]:
        return iter(self._records[topic])

    def replayed(self, claim_id: str) -> tuple[list[str], list[str]]:
        """The ids of the events as `explain` and as `policy impact` replay them."""
        by_impact = topic_events(self.settings, None, lambda *_: None)
        return (
            [_id_of(event) for event, _ in of_topics(self.settings, claim_id).events],
            [_id_of(event) for _, event in by_impact if event is not None],
        )


def _id_of(event: Event) -> str:
    return event.claim_id if isinstance(event, ClaimEvent) else event.review_id


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    # The name of the topic of reviews comes first in the alphabet.
    names = Settings().topics.model_copy(update={"reviews": "a.reviews"})
    topics = Topics(Settings().model_copy(update={"topics": names}))
    monkeypatch.setattr(topic_records, "read_topic", topics.read_topic)
    return topics


A = claim("A", line("96365", "09:00-10:00"))
B = claim("B", line("96365", "09:00-10:00"))


def test_a_partition_keeps_its_order_whatever_its_timestamps_say(topics: Topics) -> None:
    topics.write(A, minute=9)
    topics.write(B, minute=1)
    topics.decide(A, B)
    assert topics.replayed("B") == (["A", "B"], ["A", "B"])


def test_partitions_are_ordered_by_timestamps(topics: Topics) -> None:
    topics.write(A, minute=9, partition=0)
    topics.write(B, minute=1, partition=1)
    topics.decide(B, A)
    assert topics.replayed("A") == (["B", "A"], ["B", "A"])


def test_a_record_of_another_member_tells_the_time_of_its_partition(topics: Topics) -> None:
    other = claim("OTHER", line("96365"), member_id="M2")
    topics.write(other, minute=9, partition=0)
    topics.write(A, minute=1, partition=0)
    topics.write(B, minute=5, partition=1)
    topics.decide(B, A)
    assert topics.replayed("A") == (["B", "A"], ["B", "OTHER", "A"])


def test_a_claim_comes_before_a_review_of_the_same_moment(topics: Topics) -> None:
    (decision,) = Walk().send(A)
    reviewed = review(decision, review_id="REVIEW", minute=0)
    topics.write(reviewed, minute=5)
    topics.write(A, minute=5)
    topics.decide(A)
    assert topics.replayed("A") == (["A", "REVIEW"], ["A", "REVIEW"])


def test_an_event_is_held_against_the_timestamp_of_its_own_record(topics: Topics) -> None:
    early = claim("EARLY", line("96365"), minute=_TWO_DAYS)
    timeless = claim("TIMELESS", line("96365"), minute=2 * _TWO_DAYS)
    topics.write(A, minute=_TWO_DAYS)
    topics.write(early, minute=0)
    topics.write(timeless, minute=None)
    topics.decide(A)
    assert topics.replayed("A") == (["A", "TIMELESS"], ["A", "TIMELESS"])


def test_patients_of_a_supervisor_are_explained_in_the_same_order(topics: Topics) -> None:
    first, second = infusion("A", "M1", "09:00-10:00"), infusion("B", "M2", "09:30-10:30")
    topics.write(first, minute=9)
    topics.write(second, minute=1)
    topics.decide(first, second)
    assert topics.replayed("B") == (["A", "B"], ["A", "B"])


def test_the_account_of_a_claim_with_an_older_timestamp_is_proven(topics: Topics) -> None:
    topics.write(A, minute=9)
    topics.write(B, minute=1)
    topics.decide(A, B)
    done = CliRunner().invoke(cli, ["explain", "B", "--format", "json"])
    assert '"proven": true' in done.stdout, done.output
