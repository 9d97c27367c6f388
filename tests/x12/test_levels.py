"""The levels of an 837 (HL): whose claims follow them."""

from stream_edits.codec.x12 import Refusal
from stream_edits.codec.x12.levels import MISSING_HL, OTHER_PARENT
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import professional, read
from tests.x12.samples import office, subscriber


def refusals(text: str) -> list[Refusal]:
    return [event for event in read(text) if isinstance(event, Refusal)]


def test_a_lost_block_of_levels_gives_no_claim_to_another_provider_or_member() -> None:
    text = professional(office("K1"), [*subscriber("K2", 3), *office("K2")])
    assert not refusals(text)
    # The level of the second member is lost, up to the claim of it.
    begin, end = text.index("HL*3*1*22*0~"), text.index("CLM*ACCOUNTK2")
    third = "~\n".join([*subscriber("K3", 4), *office("K3")]) + "~\n"
    lost = (text[:begin] + text[end:]).replace("SE*", third + "SE*")
    events = read(lost)
    assert [isinstance(x, ClaimEvent) for x in events] == [True, False, True]
    assert events[1] == Refusal(1, 2, MISSING_HL)
    # The parent of a subscriber is another provider, whose level is lost.
    other = text.replace("HL*3*1*22*0~", "HL*3*7*22*0~")
    assert [x.reason for x in refusals(other)] == [OTHER_PARENT]
    # Files that restart the numbers of their levels are read.
    assert not refusals(text.replace("HL*3*1*22*0~", "HL*1*1*22*0~"))
    assert not refusals(text.replace("HL*3*1*22*0~", "HL***22*0~"))
