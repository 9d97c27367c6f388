"""The pure fold of each stage over its own input log.

It uses the stages and the codec only, nothing of the engine or of app/. What those write (topics,
keys) is repeated here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from stream_edits import ENGINE_VERSION
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.codec.messages import (
    decode_by_member,
    decode_supervised,
    encode_reopen,
    encode_routed,
    encode_routed_review,
    encode_supervised,
)
from stream_edits.codec.reviews import ReviewReader
from stream_edits.codec.schemas import CLAIM_DECISION, PackagedSchemas, schema_of
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.settings import Topics
from stream_edits.stages.encounter.stage import ClaimIdReused, EncounterStage
from stream_edits.stages.intake import route_or_decide
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import Retention
from stream_edits.stages.supervision.stage import supervise
from tests.kafka.folded_state import Members, State, Supervisors
from tests.kafka.notes import Notes, member_of
from tests.kafka.topic_log import Kept

Message = ClaimDecision | RoutedClaim | SupervisedClaim | Reopen | ReviewEvent | RoutedReview
# Topic, key, value.
Sent = tuple[str, bytes, bytes]


class Fold(NamedTuple):
    """What a stage must have written for one partition of its input."""

    sent: list[Sent]
    dead: list[Kept]
    state: State


class Folding:
    """The folds of a deployment without a schema registry and without a policy overlay."""

    def __init__(self, topics: Topics, retention_days: int) -> None:
        self._topics = topics
        self._retention = Retention(retention_days)
        self._builder = DecisionBuilder(load_policies(), RollUp.STANDARD, ENGINE_VERSION)
        self._reader = ClaimReader(PackagedSchemas())
        self._encode_decision = decision_encoder(schema_of(CLAIM_DECISION).id)

    def intake(self, log: Iterable[Kept]) -> Fold:
        """claims.events, one partition in offset order."""

        def step(record: Kept) -> list[Message]:
            claim = self._reader.decode(record.value or b"")
            check_taken_in(claim, record.timestamp_ms)
            source = Source(record.topic, record.partition, record.offset)
            return [route_or_decide(self._builder, claim, source)]

        return self._fold(log, step, dict)

    def review(self, log: Iterable[Kept]) -> Fold:
        """claims.edits.reviews, one partition in offset order."""
        reader = ReviewReader(PackagedSchemas())

        def step(record: Kept) -> list[Message]:
            review = reader.decode(record.value or b"")
            check_review(review, record.timestamp_ms)
            return [review]

        return self._fold(log, step, dict)

    def encounter(self, log: Iterable[Kept]) -> Fold:
        """by-member, one partition in offset order."""
        decode = self._reader.decode
        stage, memory = EncounterStage(self._builder, self._retention), Members()

        def step(record: Kept) -> Iterable[Message]:
            message, raw = decode_by_member(record.value or b"", decode)
            memory.arriving = (message.claim, raw) if isinstance(message, RoutedClaim) else None
            sent = stage.decide(memory, message, record.offset)
            memory.notes.after_encounter(member_of(message), sent)
            return sent

        return self._fold(log, step, memory.written)

    def supervision(self, log: Iterable[Kept]) -> Fold:
        """by-supervisor, one partition in offset order."""
        memory = Supervisors({}, {}, {}, Notes())

        def step(record: Kept) -> Iterable[Message]:
            message = decode_supervised(record.value or b"")
            done = supervise(self._builder, self._retention, memory, message, record.offset)
            memory.notes.after_hop(self._builder, message, done.sent)
            return done.sent

        return self._fold(log, step, memory.written)

    def _fold(
        self,
        log: Iterable[Kept],
        step: Callable[[Kept], Iterable[Message]],
        written: Callable[[], Mapping[bytes, bytes]],
    ) -> Fold:
        sent: list[Sent] = []
        dead: list[Kept] = []
        for record in log:
            try:
                sent += [self._sent(message, record) for message in step(record)]
            except (Undecodable, ClaimIdReused, ReviewRefused):
                dead.append(record)
        return Fold(sent, dead, dict(written()))

    def _sent(self, message: Message, record: Kept) -> Sent:
        topics = self._topics
        match message:
            case ClaimDecision():
                named = {"PASS": topics.pass_, "PEND": topics.pend, "DENY": topics.deny}
                topic = named[message.disposition.value]
                return topic, message.claim_id.encode(), self._encode_decision(message)
            case SupervisedClaim() | RoutedReview():
                return topics.by_supervisor, message.hops[0].encode(), encode_supervised(message)
            case RoutedClaim():
                return (
                    topics.by_member,
                    message.claim.member_id.encode(),
                    encode_routed(message, record.value or b""),
                )
            case ReviewEvent():
                return topics.by_member, message.member_id.encode(), encode_routed_review(message)
            case Reopen():
                return topics.by_member, message.freed.member_id.encode(), encode_reopen(message)


def by_key(sent: Iterable[Sent]) -> Iterator[tuple[tuple[str, bytes], list[bytes]]]:
    """The values sent to each topic under each key, in order."""
    ordered: dict[tuple[str, bytes], list[bytes]] = {}
    for topic, key, value in sent:
        ordered.setdefault((topic, key), []).append(value)
    yield from ordered.items()


def counted(folds: Iterable[Fold]) -> Counter[Sent]:
    """The number of times that each record was sent."""
    return Counter(sent for fold in folds for sent in fold.sent)
