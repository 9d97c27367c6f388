"""Turns the messages of the stages into Kafka records: topic, key, value, headers."""

from collections.abc import Callable, Mapping

from stream_edits.codec.messages import (
    encode_reopen,
    encode_routed,
    encode_routed_review,
    encode_supervised,
)
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.ports import Headers, Output, Record
from stream_edits.settings import Topics

# The headers of a decision: W3C trace context, and CloudEvents in binary mode.
TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
CE_SPECVERSION, CE_ID, CE_TIME = "ce_specversion", "ce_id", "ce_time"
CE_SOURCE, SOURCE = "ce_source", "/stream-edits"
CE_TYPE, TYPE = "ce_type", "stream_edits.v1.ClaimDecision"
CONTENT_TYPE, AVRO = "content-type", "application/avro"

_SOURCE, _TYPE, _AVRO = SOURCE.encode(), TYPE.encode(), AVRO.encode()
# Only these headers of an input record are copied to the output records.
_CARRIED = (TRACEPARENT, TRACESTATE)

Sent = ClaimDecision | RoutedClaim | SupervisedClaim | Reopen | ReviewEvent | RoutedReview


class Outbox:
    """Makes the Kafka records of one deployment.

    ``encoders`` holds the encoder of each disposition: each topic may have its own schema id.
    """

    def __init__(
        self, topics: Topics, encoders: Mapping[Disposition, Callable[[ClaimDecision], bytes]]
    ) -> None:
        self._topics = topics
        self._encoders = encoders
        self._decided = {
            Disposition.PASS: topics.pass_,
            Disposition.PEND: topics.pend,
            Disposition.DENY: topics.deny,
        }

    def output(self, sent: Sent, record: Record) -> Output:
        """The record to produce for a message that a stage sent for the input ``record``."""
        carried = _carried(record.headers)
        if isinstance(sent, ClaimDecision):
            return self._decision(sent, carried)
        if isinstance(sent, SupervisedClaim | RoutedReview):
            hops = sent.hops
            if not hops and isinstance(sent, SupervisedClaim):
                hops = sent.monitored_hops
            value = encode_supervised(sent)
            return Output(self._topics.by_supervisor, hops[0].encode(), value, carried)
        if isinstance(sent, RoutedClaim):
            # Only intake routes claims, and it sends the bytes of the record that it read.
            member_id, value = sent.claim.member_id, encode_routed(sent, record.value or b"")
        elif isinstance(sent, ReviewEvent):
            member_id, value = sent.member_id, encode_routed_review(sent)
        else:
            member_id, value = sent.freed.member_id, encode_reopen(sent)
        return Output(self._topics.by_member, member_id.encode(), value, carried)

    def _decision(self, decision: ClaimDecision, carried: Headers) -> Output:
        return Output(
            self._decided[decision.disposition],
            decision.claim_id.encode(),
            self._encoders[decision.disposition](decision),
            [
                *carried,
                (CE_SPECVERSION, b"1.0"),
                (CE_ID, decision.decision_id.encode()),
                (CE_SOURCE, _SOURCE),
                (CE_TYPE, _TYPE),
                (CE_TIME, decision.decided_at.isoformat(timespec="milliseconds").encode()),
                (CONTENT_TYPE, _AVRO),
            ],
            decision,
        )


def _carried(headers: Headers) -> Headers:
    if not headers:
        return ()
    return [(name, value) for name, value in headers if name in _CARRIED]
