"""Hypothesis strategies for plausible infusion claims that interact, and for histories of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine, Supervision
from tests.build import ADA, BEA, CLINIC, DAY, DOCUMENTS, OTHER_CLINIC, claim, line

INITIALS = ["96413", "96416", "96409", "96365", "96369", "96374", "96360"]
ADD_ONS = ["96415", "96417", "96411", "96366", "96367", "96368", "96370", "96375", "96361"]
OTHER_CODES = [
    "96372",
    "96401",
    "96376",
    "96377",
    "J1100",
    "J9271",
    "J3490",
    "J7030",
    "36000",
    "X7700",
]
RARE = ["96371", "96379", "X7702", "36430", "90471", "71260", "Q9967", "96523", "Z7610", "99213"]
codes = st.sampled_from(INITIALS * 3 + ADD_ONS * 3 + OTHER_CODES + RARE)

DAYS = [DAY, DAY + timedelta(days=1)]
_START = datetime(2025, 1, 15, 9, 0)
# Minutes after _START: mostly in the morning of one of the days, sometimes past midnight.
_starts = st.sampled_from([0, 10, 30, 60, 90, 120, 24 * 60, 25 * 60, 14 * 60 + 30, 15 * 60])
_lengths = st.sampled_from([5, 16, 30, 31, 60, 91, 120, 500])


def often(value: Any, *others: Any) -> st.SearchStrategy[Any]:
    """``value`` in three draws out of four, or else one of ``others``."""
    return st.sampled_from([value] * 3 * len(others) + list(others))


@st.composite
def lines(draw: st.DrawFn, number: int) -> ServiceLine:
    """A line with one of a few codes, days, times and supervisors, so that lines often interact."""
    given: dict[str, Any] = {}
    if draw(st.booleans()):
        start = _START + timedelta(minutes=draw(_starts))
        given["start_time"] = start
        given["end_time"] = start + timedelta(minutes=draw(_lengths))
    return line(
        draw(codes),
        number=number,
        by=draw(st.sampled_from([None, ADA, BEA])),
        day=draw(often(*DAYS)),
        units=draw(often(1.0, 2.0, 4.0, 9.0, 0.0)),
        modifiers=draw(often((), ("59",), ("76",), ("JB",))),
        supervision=draw(often(Supervision.DIRECT, Supervision.NOT_STATED, Supervision.NONE)),
        place_of_service=draw(often(None, "12", "19")),
        drug_name=draw(often(None, "Iron")),
        drug_unit_price=draw(often(None, Decimal("52.1234"))),
        charge_amount=draw(often(None, Decimal("125.50"))),
        **given,
    )


@st.composite
def claims(draw: st.DrawFn, claim_id: str, event: str, member: str = "M1") -> ClaimEvent:
    """A claim of one to four lines with this claim id and event id."""
    how_many = draw(st.integers(1, 4))
    form: dict[str, Any] = {}
    if draw(often(False, True)):
        form = {
            "claim_form": ClaimForm.UB04,
            "type_of_bill": draw(often("131", "111", "141")),
        }
    billed = [draw(lines(number)) for number in range(1, how_many + 1)]
    return claim(
        claim_id,
        *billed,
        event=event,
        minute=int(event[1:]),
        member_id=member,
        billing_provider_npi=draw(often(CLINIC, OTHER_CLINIC)),
        encounter_id=draw(often(None, "7")),
        documents=draw(st.sampled_from([DOCUMENTS, (), (*DOCUMENTS, "medical_necessity")])),
        diagnosis_codes=draw(often(("C50.911",), ())),
        **form,
    )


@st.composite
def histories(draw: st.DrawFn, least: int = 1, most: int = 7, members: int = 2) -> list[ClaimEvent]:
    """Claims in order of arrival: originals, corrections under the same id, replacements, voids.

    No two share an event id. Claim ids recur, and each belongs to one member.
    """
    history = []
    for place in range(draw(st.integers(least, most))):
        name = draw(st.sampled_from("ABCDEF"))
        member = f"M{1 + 'ABCDEF'.index(name) % members}"
        event = draw(claims(name, f"e{place + 1}", member))
        frequency = draw(often("1", "7", "8"))
        if frequency != "1":
            others = [x for x in "ABCDEF" if ("ABCDEF".index(x) % members) + 1 == int(member[1:])]
            named = draw(st.sampled_from(others))
            event = replace(event, frequency_code=frequency, replaces_claim_id=named)
        history.append(event)
    return history
