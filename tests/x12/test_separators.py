"""The component separator of ISA16, and what the segments use."""

import pytest

from stream_edits.codec.x12 import Refusal
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import institutional, professional, read
from tests.x12.samples import hospital, isa, office
from tests.x12.test_refused import CONTRADICTED


@pytest.mark.parametrize("text", [professional(office("K1")), institutional(hospital("H1"))])
@pytest.mark.parametrize("rest", ["B:1", "B", "B:"])
def test_a_blank_place_says_nothing_of_the_separator(text: str, rest: str) -> None:
    old = "11:B:1" if "11:B:1" in text else "13:A:1"
    (claim,) = read(text.replace(old, f":{rest}"))
    assert isinstance(claim, ClaimEvent)
    assert (claim.place_of_service, claim.type_of_bill, claim.frequency_code) == (None, None, "1")
    for other in (f">{rest}", f":>{rest}", f"{old[:2]}>{rest}"):
        found = read(text.replace(old, other))
        assert isinstance(found[0], Refusal) == (other[0] != ":"), other


@pytest.mark.parametrize("separator", [">", "^", "A", "*", "~", "|"])
def test_a_header_that_declares_another_component_separator(separator: str) -> None:
    text = professional(office("K1"), office("K2"))
    wrong = isa(component=separator) + text.removeprefix(isa())
    events = read(wrong)
    assert [x.reason for x in events if isinstance(x, Refusal)] == [CONTRADICTED] * 2
