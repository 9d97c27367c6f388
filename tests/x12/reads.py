"""Reads made-up 837 files."""

import io
from collections.abc import Sequence

from stream_edits.codec.x12 import ClaimNumber, Reading, Refusal, Tally, read_claims
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.policies.content.content import packaged_content
from tests.x12.samples import (
    INSTITUTIONAL,
    PROVIDER,
    hospital,
    interchange,
    office,
    subscriber,
    transaction,
)

READING = Reading(
    claim_number=ClaimNumber.ACCOUNT,
    line_of_business=LineOfBusiness.MEDI_CAL,
    is_drug=packaged_content().is_drug,
)
HEAD = ("HI*ABK:D509",)
Read = ClaimEvent | Refusal


def read(text: str, reading: Reading = READING, tally: Tally | None = None) -> list[Read]:
    return [event for _, event in read_claims(io.BytesIO(text.encode()), reading, tally)]


def professional(*claims: Sequence[str], above: Sequence[str] = subscriber()) -> str:
    return interchange(transaction([*PROVIDER, *above, *[x for each in claims for x in each]]))


def institutional(*claims: Sequence[str]) -> str:
    inside = [*PROVIDER, *subscriber(), *[x for each in claims for x in each]]
    return interchange(transaction(inside, INSTITUTIONAL), guide=INSTITUTIONAL)


def the_claim(text: str, reading: Reading = READING) -> ClaimEvent:
    (event,) = read(text, reading)
    assert isinstance(event, ClaimEvent), event
    return event


def one_line(*segments: str, head: Sequence[str] = HEAD) -> ClaimEvent:
    """A professional claim with these segments of its only line, after LX."""
    return the_claim(professional(office(lines=["LX*1", *segments], head=head)))


def ward_line(*segments: str) -> ClaimEvent:
    return the_claim(institutional(hospital(lines=["LX*1", *segments])))


SV1 = "SV1*HC:96365*260*UN*1*11**1"
SV2 = "SV2*0260*HC:96365*610*UN*1"
DAY = "DTP*472*D8*20250303"
