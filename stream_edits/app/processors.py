"""The stages as processors of the engine: bytes in, bytes out."""

import time
from collections.abc import Callable, Iterable, Sequence

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.held_claims import held_after_hop, held_before_hops, is_last_to_judge
from stream_edits.app.outbox import Outbox
from stream_edits.app.resolved_pends import resolved_pend
from stream_edits.app.state_memory import StoredMembers, StoredSupervisors
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import RegistryAway
from stream_edits.codec.errors import Undecodable as BadBytes
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.codec.messages import decode_by_member, decode_supervised
from stream_edits.codec.reviews import ReviewReader
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.batches.batch import NOT_SENDABLE
from stream_edits.engine.ports import Output, Record, StateView, TryAgain, Undecodable
from stream_edits.stages.encounter.claim_and_neighbours import Adjudicated
from stream_edits.stages.encounter.stage import ClaimIdReused, EncounterStage
from stream_edits.stages.intake import route_or_decide
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.refused_reviews import ReviewRefused, StaleReview, UnknownReview
from stream_edits.stages.shared.retention import Retention
from stream_edits.stages.supervision.stage import supervise

_NO_VALUE = "NoValue"
ERROR_CLASSES = (
    _NO_VALUE,
    ClaimIdReused.__name__,
    StaleReview.__name__,
    UnknownReview.__name__,
    *(error.__name__ for error in BadBytes.__subclasses__()),
    *(error.__name__ for error in NOT_SENDABLE),
)


def _as_the_engine_knows(failure: BadBytes | RegistryAway) -> Undecodable | TryAgain:
    """The engine's error for a codec error: bad bytes are dead letters, a lost registry retries."""
    if isinstance(failure, BadBytes):
        return Undecodable(failure.error_class, failure.message)
    return TryAgain(str(failure))


def _member_of(message: RoutedClaim | Reopen | ReviewEvent) -> str:
    if isinstance(message, RoutedClaim):
        return message.claim.member_id
    return message.freed.member_id if isinstance(message, Reopen) else message.member_id


def _revision(sent: ClaimDecision | SupervisedClaim) -> int:
    return sent.revision if isinstance(sent, ClaimDecision) else sent.draft.revision


def _too_late(refused: ReviewRefused) -> Undecodable:
    """The engine's error for a review that changes nothing. The stream itself has no fault."""
    return Undecodable(refused.error_class, str(refused), feeds_breaker=False)


def _value(record: Record) -> bytes:
    if record.value is None:
        raise Undecodable(_NO_VALUE, "the record has no value")
    return record.value


class IntakeProcessor:
    """The intake stage: claims.events -> by-member, or a decision."""

    def __init__(
        self,
        builder: DecisionBuilder,
        reader: ClaimReader,
        outbox: Outbox,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """``wall`` is Unix time in seconds, for records without a timestamp."""
        self._builder = builder
        self._reader = reader
        self._outbox = outbox
        self._wall = wall

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        """Decode a claim, then decide or route it. Raises Undecodable, TryAgain."""
        value = _value(record)
        try:
            claim = self._reader.decode(value)
            check_taken_in(claim, record.timestamp_ms, self._wall)
        except (BadBytes, RegistryAway) as failure:
            raise _as_the_engine_knows(failure) from None
        source = Source(record.topic, record.partition, record.offset)
        return [self._outbox.output(route_or_decide(self._builder, claim, source), record)]


class ReviewProcessor:
    """The review stage: claims.edits.reviews -> by-member."""

    def __init__(
        self, reader: ReviewReader, outbox: Outbox, wall: Callable[[], float] = time.time
    ) -> None:
        """``wall`` is as for ``IntakeProcessor``."""
        self._reader = reader
        self._outbox = outbox
        self._wall = wall

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        """Check a review and send it to its member's claims. Raises Undecodable, TryAgain."""
        value = _value(record)
        try:
            review = self._reader.decode(value)
            check_review(review, record.timestamp_ms, self._wall)
        except (BadBytes, RegistryAway) as failure:
            raise _as_the_engine_knows(failure) from None
        return [self._outbox.output(review, record)]


class EncounterProcessor:
    """The encounter stage: by-member -> by-supervisor, or decisions."""

    def __init__(
        self,
        builder: DecisionBuilder,
        retention: Retention,
        reader: ClaimReader,
        outbox: Outbox,
        decision_metrics: DecisionMetrics,
    ) -> None:
        self._stage = EncounterStage(builder, retention)
        self._decode = reader.decode
        self._outbox = outbox
        self._decision_metrics = decision_metrics

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        """Process an event against the member's state. Raises Undecodable, TryAgain."""
        sent: Sequence[Adjudicated]
        try:
            message, raw = decode_by_member(_value(record), self._decode)
            claim_id = message.claim.claim_id if isinstance(message, RoutedClaim) else None
            memory = StoredMembers(state, self._decode, claim_id, raw)
            if isinstance(message, ReviewEvent):
                sent = self._review(memory, message, record.offset)
            else:
                sent = self._stage.decide(memory, message, record.offset)
        except (BadBytes, RegistryAway) as failure:
            raise _as_the_engine_knows(failure) from None
        except ClaimIdReused as fault:
            raise Undecodable(type(fault).__name__, str(fault)) from None
        except ReviewRefused as refused:
            raise _too_late(refused) from None
        state.note_size(memory.size)
        if not sent and isinstance(message, RoutedClaim):
            self._decision_metrics.re_sent("encounter")
        for each in sent:
            if not isinstance(each, RoutedReview):
                member_id, claim_id, pend = held_before_hops(_member_of(message), each)
                # Nothing was noted of a claim before its first revision.
                if pend is not None or _revision(each) > 1:
                    memory.note(member_id, claim_id, pend)
        outputs = [self._outbox.output(each, record) for each in sent]
        if memory.pended:
            for place, each in enumerate(sent):
                resolved = resolved_pend(each, message, memory.pended)
                if resolved is not None:
                    outputs[place] = outputs[place]._replace(about=resolved)
        return outputs

    def _review(
        self, memory: StoredMembers, review: ReviewEvent, order: int
    ) -> Sequence[Adjudicated]:
        """Apply a review. Raises ReviewRefused."""
        done = self._stage.review(memory, review, order)
        if done.is_resent:
            self._decision_metrics.re_sent("encounter")
        self._decision_metrics.reviewed(review.outcome, done.findings)
        return done.sent


class SupervisionProcessor:
    """The supervision stage: by-supervisor -> the next hop, decisions, and reopened claims."""

    def __init__(
        self,
        builder: DecisionBuilder,
        retention: Retention,
        outbox: Outbox,
        decision_metrics: DecisionMetrics,
    ) -> None:
        self._builder = builder
        self._retention = retention
        self._outbox = outbox
        self._decision_metrics = decision_metrics

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        """Process a message against the supervisor's state. Raises Undecodable."""
        try:
            message = decode_supervised(_value(record))
        except BadBytes as failure:
            raise _as_the_engine_knows(failure) from None
        memory = StoredSupervisors(state)
        try:
            done = supervise(self._builder, self._retention, memory, message, record.offset)
        except ReviewRefused as refused:
            raise _too_late(refused) from None
        state.note_size(done.largest_day)
        if done.is_outdated:
            self._decision_metrics.re_sent("supervision")
            return [self._outbox.output(each, record) for each in done.sent]
        if message.review is not None:
            self._decision_metrics.reviewed(message.review.outcome, done.reviewed)
        if isinstance(message, SupervisedClaim) and message.hops and is_last_to_judge(message):
            pend = held_after_hop(self._builder, done.sent[0])
            # What was noted of an earlier revision is gone with its slots.
            if pend is not None:
                memory.note(message.hops[0], message.member_id, message.draft.claim_id, pend)
        return [self._outbox.output(each, record) for each in done.sent]
