"""What makes a claim a violation where it comes in: its identities and its time."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stream_edits.codec.errors import ContractViolation
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.domain.claim import ClaimEvent
from tests.codec.examples import CLAIM, REVIEW

RECORDED = datetime(2024, 12, 5, 9, tzinfo=UTC)
IDENTITIES = ("member_id", "claim_id", "event_id")


def at_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def with_identity(name: str, identity: str) -> ClaimEvent:
    change: dict[str, Any] = {name: identity}
    return replace(CLAIM, **change)


def problem(claim: ClaimEvent, recorded: datetime | None = None) -> str | None:
    try:
        check_taken_in(claim, at_ms(recorded) if recorded else 0)
    except ContractViolation as violation:
        return violation.message
    return None


def test_a_usual_claim_is_taken_in() -> None:
    assert problem(CLAIM, RECORDED) is None


BLANK = {
    "nothing": "",
    "spaces": "   ",
    "no-break spaces": "\u00a0\u202f",
    "an ideographic space": "\u3000",
    "a line separator": "\u2028",
    "zero-width characters": "\u200b\u200d\ufeff\u2060",
    "a Hangul filler": "\u3164",
    "an empty Braille pattern": "\u2800",
}


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("identity", BLANK.values(), ids=BLANK)
def test_a_blank_identity_is_a_violation(name: str, identity: str) -> None:
    assert problem(with_identity(name, identity)) == f"{name} is blank"


CONTROLS = [*map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA0))]


@pytest.mark.parametrize("name", IDENTITIES)
def test_every_control_character_in_an_identity_is_a_violation(name: str) -> None:
    for control in CONTROLS:
        for identity in (f"M{control}1", f"M1{control}", f"{control}M1", control, f" {control}"):
            found = problem(with_identity(name, identity))
            assert found == f"{name} has a control character", ascii(identity)


KEPT = ["M 1", " M1", "M1 ", "0", "-", "#visit|1", "Müller", "患者", "\u05d0", "M\u200b1", "😀"]


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("identity", KEPT)
def test_any_other_identity_is_taken_in(name: str, identity: str) -> None:
    assert problem(with_identity(name, identity), RECORDED) is None


def test_every_fault_is_named_without_its_value() -> None:
    claim = replace(
        CLAIM, member_id="", claim_id="SECRET\n", event_time=RECORDED + timedelta(days=3)
    )
    assert problem(claim, RECORDED) == (
        "member_id is blank; claim_id has a control character; "
        "event_time is more than a day after the time of its record"
    )


@pytest.mark.parametrize(
    ("ahead", "refused"),
    [
        (timedelta(days=-36500), False),
        (timedelta(0), False),
        (timedelta(hours=23), False),
        (timedelta(days=1), False),
        (timedelta(days=1, milliseconds=1), True),
        (timedelta(days=2), True),
        (timedelta(days=36500), True),
    ],
    ids=str,
)
def test_a_time_may_be_a_day_ahead_of_its_record(ahead: timedelta, refused: bool) -> None:
    found = problem(replace(CLAIM, event_time=RECORDED + ahead), RECORDED)
    assert (found is not None) == refused


@pytest.mark.parametrize("recorded_ms", [0, -1, -(2**63)])
@pytest.mark.parametrize(
    ("ahead", "refused"),
    [
        (timedelta(days=-36500), False),
        (timedelta(days=-400), False),
        (timedelta(days=1), False),
        (timedelta(days=1, milliseconds=1), True),
        (timedelta(days=36500), True),
    ],
    ids=str,
)
def test_a_record_without_a_time_is_compared_with_the_clock(
    recorded_ms: int, ahead: timedelta, refused: bool
) -> None:
    claim, now = replace(CLAIM, event_time=RECORDED + ahead), RECORDED.timestamp
    review = replace(REVIEW, event_time=RECORDED + ahead)
    with pytest.raises(ContractViolation, match="event_time") if refused else nullcontext():
        check_taken_in(claim, recorded_ms, now)
    with pytest.raises(ContractViolation, match="event_time") if refused else nullcontext():
        check_review(review, recorded_ms, now)


def test_a_record_with_a_time_needs_no_clock() -> None:
    def wall() -> float:
        raise AssertionError("it was asked")

    check_taken_in(replace(CLAIM, event_time=RECORDED), at_ms(RECORDED), wall)
    check_review(replace(REVIEW, event_time=RECORDED), at_ms(RECORDED), wall)


@pytest.mark.parametrize("moment", [datetime.min, datetime.max.replace(microsecond=0)])
@pytest.mark.parametrize("recorded_ms", [1, 2**62])
def test_the_ends_of_the_calendar_are_compared(moment: datetime, recorded_ms: int) -> None:
    claim = replace(CLAIM, event_time=moment.replace(tzinfo=UTC))
    if recorded_ms == 1 and moment.year > 1970:
        with pytest.raises(ContractViolation, match="event_time"):
            check_taken_in(claim, recorded_ms)
    else:
        check_taken_in(claim, recorded_ms)
