"""Records between stages and state records: both ways, with fastavro as the reference."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stream_edits.codec import messages, state
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.errors import Truncated, Undecodable, UnknownSchema, WrongSchema
from stream_edits.codec.framing import frame_head, schema_id
from stream_edits.codec.internal import StoredClaim, StoredReviewable
from stream_edits.codec.schemas import schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim
from tests import strategies
from tests.codec.examples import CLAIM, DRAFT
from tests.codec.oracle import oracle_read
from tests.codec.whole import Codec

CODEC = Codec()
LISTED = st.lists(strategies.listed_claims, max_size=4).map(tuple)
QUARTERS = st.lists(strategies.quarters, max_size=4).map(tuple)
Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]
STORED = st.builds(StoredClaim, strategies.claim_records, st.none() | st.binary(max_size=40))
REVIEWABLE = st.builds(
    StoredReviewable, strategies.reviewable_claims, st.none() | st.binary(max_size=40)
)


def decode_reopen(framed: bytes) -> Any:
    return CODEC.decode_by_member(framed)[0]


def encode_stored(stored: StoredClaim) -> bytes:
    return state.encode_claim_record(*stored)


def encode_reviewable(stored: StoredReviewable) -> bytes:
    return state.encode_reviewable(*stored)


PAIRS: list[tuple[str, st.SearchStrategy[Any], Encode, Decode]] = [
    (
        "SupervisedClaim",
        strategies.supervised_claims,
        messages.encode_supervised,
        messages.decode_supervised,
    ),
    ("Reopen", strategies.reopens, messages.encode_reopen, decode_reopen),
    ("ClaimRecord", STORED, encode_stored, state.decode_claim_record),
    ("MemberClaims", LISTED, state.encode_list_part, state.decode_list_part),
    ("ListBranch", strategies.list_branches, state.encode_list_part, state.decode_list_part),
    ("SupervisedDay", strategies.day_pages, state.encode_page, state.decode_page),
    (
        "SupervisedVisit",
        strategies.supervisor_records,
        state.encode_supervisor_record,
        state.decode_supervisor_record,
    ),
    ("SupervisedQuarters", QUARTERS, state.encode_quarters, state.decode_quarters),
    (
        "RoutedReview",
        strategies.routed_reviews,
        messages.encode_supervised,
        messages.decode_supervised,
    ),
    ("ReviewableClaim", REVIEWABLE, encode_reviewable, state.decode_reviewable),
    ("OpenPend", strategies.open_pends, state.encode_open_pend, state.decode_open_pend),
]
REOPEN = Reopen(SupervisedClaim("member-1", ("1",), None, (), DRAFT), "event-2", DRAFT.decided_at)
NAMES = [pair[0] for pair in PAIRS]


@pytest.mark.parametrize(("record", "values", "encode", "decode"), PAIRS, ids=NAMES)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(data=st.data())
def test_a_value_comes_back_as_it_went(
    record: str,
    values: st.SearchStrategy[Any],
    encode: Encode,
    decode: Decode,
    data: st.DataObject,
) -> None:
    value = data.draw(values)
    framed = encode(value)
    assert decode(framed) == value
    assert type(decode(framed)) is type(value)
    assert encode(decode(framed)) == framed
    assert oracle_read(framed) is not None


@pytest.mark.parametrize(("record", "values", "encode", "decode"), PAIRS, ids=NAMES)
@given(body=st.binary(max_size=60))
def test_bytes_of_another_make_are_undecodable(
    record: str, values: st.SearchStrategy[Any], encode: Encode, decode: Decode, body: bytes
) -> None:
    number = schema_of(record).id
    for framed in (body, *(frame_head(each) + body for each in (number, 1, 77))):
        try:
            read = decode(framed)
        except Undecodable:
            continue
        # Bytes that happen to be a record: nothing of them may be lost.
        assert decode(encode(read)) == read


@settings(max_examples=50)
@given(strategies.claims, strategies.sources)
def test_a_routed_claim_keeps_its_bytes(claim: ClaimEvent, source: Source) -> None:
    raw = claim_encoder(5)(claim)
    routed = RoutedClaim(claim, source, content_digest(claim))
    framed = messages.encode_routed(routed, raw)
    assert raw in framed
    assert CODEC.decode_by_member(framed) == (routed, raw)


def test_the_by_member_topic_tells_its_records_apart() -> None:
    source = Source("claims.events", 0, 1)
    routed = RoutedClaim(CLAIM, source, content_digest(CLAIM))
    assert schema_id(messages.encode_routed(routed, claim_encoder(5)(CLAIM))) == 101
    framed = messages.encode_reopen(REOPEN)
    assert schema_id(framed) == 137
    assert isinstance(decode_reopen(framed), Reopen)


def test_a_registry_does_not_change_how_state_is_read() -> None:
    class Forbidden:
        def schema_text(self, schema_id: int) -> str:
            raise AssertionError("asked the registry")

    codec = Codec(Forbidden())
    framed = messages.encode_reopen(REOPEN)
    assert isinstance(codec.decode_by_member(framed)[0], Reopen)


def test_other_records_are_refused() -> None:
    with pytest.raises(WrongSchema, match="ClaimRecord"):
        state.decode_claim_record(state.encode_list_part(()))
    with pytest.raises(UnknownSchema):
        state.decode_claim_record(frame_head(9999))
    with pytest.raises(Truncated):
        state.decode_claim_record(frame_head(113))
