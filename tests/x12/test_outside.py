"""Text that stands in no transaction set: claims may be in it, so it is not lost in silence."""

import pytest

from stream_edits.codec.x12 import Refusal, Tally
from stream_edits.codec.x12.envelopes import NO_SET
from stream_edits.codec.x12.loops import UNREAD
from stream_edits.codec.x12.walker import NO_CLAIM
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import professional, read
from tests.x12.samples import PROVIDER, interchange, isa, office, subscriber, transaction

GOOD = professional(office("K1"))
OTHER = professional(office("K2"))
CLAIMS = read(GOOD)
TA1_ONLY = isa(7) + "TA1*000000021*250310*0615*A*000~\nIEA*0*000000007~\n"
NO_SET_MET = "interchanges without a transaction set (ST)"


def refusal(interchange: int, reason: str = UNREAD) -> Refusal:
    return Refusal(None, None, reason, interchange=interchange)


def body(text: str) -> str:
    """A file with another separator of elements than its ISA shows."""
    return isa() + text.removeprefix(isa()).replace("*", "|")


@pytest.mark.parametrize(
    "rest",
    [
        '{"event_id": "x", "claim_id": "y"}\n{"event_id": "z"}\n',
        OTHER.replace("ISA*", "isa*").replace("*", "|").replace("~", "'"),
        "--boundary\nISA|00||00||ZZ|A|ZZ|B|250310|0615|^|00501|1|0|P|>'GS|HC'ST|837|0001'",
        "HI*ABK:D509~\nLX*1~\nSV1*HC:96365*1*UN*1*11**1~\n",
        "HL*1**20*1~\nNM1*85*2*A~\n",
        "BHT*0019*00*BATCH*20250310*0615*CH~\n",
        "x",
        "x" * 20_000,
        "x" * 400_000,
        "IS",
    ],
)
def test_text_after_the_end_of_an_interchange(rest: str) -> None:
    assert read(GOOD + rest) == [*CLAIMS, refusal(1)]
    # It is told once, wherever the next interchange begins.
    more = read(f"{GOOD}{rest}~\n{GOOD}x")
    assert [x for x in more if isinstance(x, Refusal)] == [refusal(1), refusal(2)]
    assert len(more) == 4


def test_the_refusal_says_where_and_is_counted() -> None:
    tally = Tally()
    events = read(GOOD + "SECRET", tally=tally)
    assert isinstance(events[-1], Refusal)
    assert (events[-1].place, events[-1].reason) == ("interchange 1", UNREAD)
    assert tally.refused == {UNREAD: 1}


@pytest.mark.parametrize("good_first", [True, False])
def test_an_interchange_whose_segments_contradict_its_header(good_first: bool) -> None:
    files = [GOOD, body(OTHER)] if good_first else [body(OTHER), GOOD]
    events = read("".join(files))
    assert [x for x in events if isinstance(x, ClaimEvent)] == CLAIMS
    assert refusal(2 if good_first else 1) in events
    assert len(events) == 2


def test_a_transaction_set_whose_segments_contradict_its_header() -> None:
    first = transaction([*PROVIDER, *subscriber(), *office("K1")])
    second = transaction([*PROVIDER, *subscriber(), *office("K2")], number="0002")
    events = read(interchange(first, [x.replace("*", "|") for x in second]))
    assert events == [*CLAIMS, refusal(1)]


@pytest.mark.parametrize(
    "padding",
    [
        "",
        "\n\n",
        "\r\n \t\r\n",
        "\0" * 300,
        "\0" * 300_000,
        " " * 300_000,
        "\x1a",
        "\n\x1a\0\0\n",
        "\f\n",
        "\v",
        "\ufeff",
        "~~\n~",
    ],
)
def test_padding_is_not_text(padding: str) -> None:
    tally = Tally()
    assert read(GOOD + padding, tally=tally) == CLAIMS
    assert [type(x) for x in read(GOOD + padding + OTHER, tally=tally)] == [ClaimEvent] * 2
    inside = GOOD.replace("ST*837", f"{padding}ST*837").replace("IEA*", f"{padding}IEA*")
    assert read(inside, tally=tally) == CLAIMS
    assert not tally.refused


def test_an_acknowledgement_is_not_lost_text() -> None:
    for text in (TA1_ONLY + GOOD, GOOD + TA1_ONLY, GOOD + TA1_ONLY.replace("~\n", "~")):
        tally = Tally()
        assert read(text, tally=tally) == CLAIMS
        assert tally.warnings == {NO_SET_MET: 1}
    tally = Tally()
    beside = GOOD.replace("GS*HC", "TA1*000000021*250310*0615*A*000~\nGS*HC")
    assert read(beside, tally=tally) == CLAIMS
    assert not tally.warnings


def test_a_group_without_a_transaction_set() -> None:
    empty = interchange()
    assert read(empty + GOOD) == [refusal(1, NO_SET), *CLAIMS]
    assert read(GOOD + empty) == [*CLAIMS, refusal(2, NO_SET)]
    # Cut before its first transaction set.
    assert read(GOOD + empty[: empty.index("GE*")]) == [*CLAIMS, refusal(2, NO_SET)]


def test_a_transaction_set_without_a_claim() -> None:
    head, *inside, end = transaction([*PROVIDER, *subscriber(), *office("K1")])
    good = transaction([*PROVIDER, *subscriber(), *office("K1")])
    for segments in ([x.replace("*", "|") for x in inside], inside[:8], []):
        events = read(interchange([head, *segments, end], good))
        assert events[0] == Refusal(1, None, NO_CLAIM)
        assert [type(x) for x in events] == [Refusal, ClaimEvent]
    # One whose claims are all refused has told so.
    lost = [x for x in inside if not x.startswith("CLM")]
    assert len(read(interchange([head, *lost, end]))) == 1


def test_claims_outside_a_transaction_set_are_refused_by_themselves() -> None:
    lost = interchange([*PROVIDER, *subscriber(), *office("K1"), *office("K2")])
    outside = "outside a transaction set"
    assert read(lost + GOOD) == [Refusal(0, 1, outside), Refusal(0, 2, outside), *CLAIMS]
