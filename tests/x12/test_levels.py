"""The levels of an 837 (HL): whose claims follow them."""

from dataclasses import replace

import pytest

from stream_edits.codec.x12 import Enrichment, Refusal
from stream_edits.codec.x12.levels import MISSING_HL, OTHER_PARENT, UNKNOWN_LEVEL
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import READING, professional, read
from tests.x12.samples import PROVIDER, interchange, office, subscriber, transaction

LONG = "N3*" + "Y" * 17_000
TOO_LONG = "a segment that is too long"
NO_PROVIDER = "the loop of the billing provider is broken"


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


def results(*segments: str, dependents: tuple[str, ...] = ()) -> list[str]:
    """Each claim's member, or why it was refused."""
    known = Enrichment(claims={f"ACCOUNT{name}": {"member_id": name} for name in dependents})
    text = interchange(transaction([*PROVIDER, *segments]))
    events = read(text, replace(READING, enrichment=known))
    return [x.reason if isinstance(x, Refusal) else x.member_id for x in events]


def family(*children: str) -> list[str]:
    """A subscriber with the level of each child, as it is given, and a claim for it: D1, D2, D3."""
    head, relation, *rest = subscriber()
    inside = [head.replace("22*0", "22*1"), relation.replace("*18*", "**"), *rest]
    for number, child in enumerate(children, start=1):
        inside += [*child.split("~"), *office(f"D{number}")]
    return inside


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("HL*4*9*23*0~PAT*19", OTHER_PARENT),
        ("HL*4*2*23*0~PAT*19~NM1*QC*1*KID*B~REF*6R*X", "REF*6R in the wrong place"),
        (f"HL*4*2*23*0~PAT*19~{LONG}", TOO_LONG),
        ("HL*4*2*23*0~PAT*19", "D2"),
    ],
)
def test_what_is_wrong_with_one_dependent_is_not_wrong_with_the_next(
    second: str, reason: str
) -> None:
    children = ("HL*3*2*23*0~PAT*19", second, "HL*5*2*23*0~PAT*19")
    found = results(*family(*children), dependents=("D1", "D2", "D3"))
    assert found == ["D1", reason, "D3"]


def test_what_is_wrong_with_a_subscriber_is_wrong_with_all_dependents() -> None:
    inside = family("HL*3*2*23*0~PAT*19", "HL*4*2*23*0~PAT*19")
    inside[2:2] = ["REF*6R*X"]
    found = results(*inside, dependents=("D1", "D2"))
    assert found == ["REF*6R in the wrong place"] * 2


@pytest.mark.parametrize(
    ("hl", "found"),
    [
        ("HL*3*1*22*0", [TOO_LONG, "MEMBERK2"]),
        # Where another number comes, or none, the long segment may have held a provider's HL.
        ("HL*4*1*22*0", [MISSING_HL, NO_PROVIDER]),
        ("HL*2*1*22*0", [TOO_LONG, NO_PROVIDER]),
        ("HL*3*2*22*0", [TOO_LONG, NO_PROVIDER]),
        ("HL*3**22*0", [TOO_LONG, NO_PROVIDER]),
        ("HL**1*22*0", [TOO_LONG, NO_PROVIDER]),
    ],
)
def test_a_long_segment_of_a_subscriber_is_not_the_next_ones_fault(
    hl: str, found: list[str]
) -> None:
    first = [*subscriber("K1")[:3], LONG, *subscriber("K1")[3:], *office("A")]
    assert results(*first, hl, *subscriber("K2")[1:], *office("B")) == found


def test_a_long_segment_of_a_provider_is_the_fault_of_all_its_claims() -> None:
    under = [*subscriber("K1"), *office("A"), *subscriber("K2", 3), *office("B")]
    other = ["HL*4**20*1", "NM1*85*2*B*****XX*1990002028", "HL*5*4*22*0", *subscriber("K3")[1:]]
    found = results(LONG, *under, *other, *office("C"))
    assert found == [TOO_LONG, TOO_LONG, "MEMBERK3"]


@pytest.mark.parametrize(
    ("hl", "second"), [("HL*2*1*2Z*0", "MEMBERK2"), ("HL*2**2O*1", NO_PROVIDER)]
)
def test_a_level_that_is_not_known_is_another_provider_only_if_it_is_not_below_one(
    hl: str, second: str
) -> None:
    first = [hl, *subscriber("K1")[1:], *office("A")]
    found = results(*first, *subscriber("K2", 3), *office("B"))
    assert found == [UNKNOWN_LEVEL, second]


@pytest.mark.parametrize("digits", [13, 4_300, 4_301, 16_000])
def test_a_level_number_may_have_any_number_of_digits(digits: int) -> None:
    many = "9" * digits
    assert results(*subscriber(), *office(), f"HL*{many}*1*22*0") == [MISSING_HL]
    both = [*subscriber("K1"), *office("A"), "HL*" + "3".zfill(digits) + "*1*22*0"]
    assert results(*both, *subscriber("K2")[1:], *office("B")) == ["MEMBERK1", "MEMBERK2"]
    alone = [f"HL*{many}*1*22*0", *subscriber("K1")[1:], *office("A")]
    assert results(*alone) == ["MEMBERK1"]
