"""Segments that stand where they cannot: what comes before them is missing, and nothing is lost."""

from collections.abc import Callable, Sequence

import pytest

from stream_edits.codec.x12 import Refusal
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import professional, read
from tests.x12.samples import (
    PROVIDER,
    interchange,
    office,
    other_payer,
    subscriber,
    transaction,
)

LOST = "segments of a claim that has no CLM"


def results(text: str) -> list[str]:
    """The account number of each claim that was read, and the reason of each refusal."""
    return [
        event.reason if isinstance(event, Refusal) else event.patient_account_number or ""
        for event in read(text)
    ]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("LX*1~\n", "", "SV1 without the LX of its line"),
        ("LX*2~\n", "LIN**N4*00000000001~\n", "SV1 without the LX of its line"),
        ("LX*2~\n", "NM1*82*1*A****XX*1990003034~\n", "SV1 without the LX of its line"),
        ("LX*2~\n", "SVD*X*10*HC:96365**1~\n", "SV1 without the LX of its line"),
        ("LIN**N4*5551234K1~\n", "", "CTP in the wrong place"),
        ("LX*1~", "NM1*82*1*A****XX*1990003034~\nREF*F8*ICN~\nLX*1~", "REF*F8 after a provider"),
        ("LX*1~", "NM1*82*1*A****XX*1990003034~\nPWK*03*EL~\nLX*1~", "PWK after a provider"),
        ("LIN**N4", "SVD*X*10*HC:J1756**1~\nLIN**N4", "LIN in the wrong place"),
        ("LX*1~", "LIN**N4*5551234K1~\nLX*1~", "LIN in the wrong place"),
        ("CTP****10*ML", "CTP****10*ML~\nREF*6R*LATE", "REF*6R without the LX of its line"),
        ("CTP****10*ML", "CTP****10*ML~\nDTP*472*D8*20250305", "DTP*472 without the LX"),
        ("CTP****10*ML", "CTP****10*ML~\nREF*F8*ICN", "REF*F8 in the wrong place"),
        ("11**1:2", "11**1>2", "a diagnosis pointer that is not a number"),
        ("11**1:2", "11**1:X", "a diagnosis pointer that is not a number"),
    ],
)
def test_a_claim_with_such_a_segment_is_refused(old: str, new: str, reason: str) -> None:
    text = professional(office("K1"), office("K2"))
    changed = text.replace(old, new, 1)
    assert changed != text
    first, second = results(changed)
    assert first.startswith(reason)
    assert second == "ACCOUNTK2"


def test_the_same_segments_in_their_places_are_read() -> None:
    head = ("REF*F8*ICN", "PWK*PY*EL***AC*D", "HI*ABK:D509", "NM1*82*1*A****XX*1990003034")
    assert results(professional(office("K1", head=head))) == ["ACCOUNTK1"]
    lines = ("LX*1", "SV1*HC:96365*1*UN*1*11**A:B", "DTP*472*D8*20250303", "PWK*03*EL")
    (claim,) = read(professional(office("K1", lines=lines)))
    assert isinstance(claim, ClaimEvent)
    assert claim.lines[0].diagnosis_pointers == (1, 2)


def test_a_claim_without_its_clm_is_refused_also_where_it_is_the_first() -> None:
    lost = office("K1")[1:]
    for segments in (lost, [x for x in lost if not x.startswith(("REF", "PWK", "HI"))]):
        assert results(_file(*subscriber(), *segments)) == [LOST]
        both = _file(*subscriber(), *segments, *subscriber("K2", 3), *office("K2"))
        assert results(both) == [LOST, "ACCOUNTK2"]
        assert [x.claim for x in read(both) if isinstance(x, Refusal)] == [None]


@pytest.mark.parametrize(
    ("payer", "good"),
    [
        (other_payer("A"), True),
        ((*other_payer("A"), *other_payer("B")), True),
        # OI is missing, or the last SBR is that of a subscriber whose HL is missing.
        ([x for x in other_payer("A") if not x.startswith("OI")], False),
        ((*other_payer("A"), *subscriber("K2")[1:]), False),
    ],
)
def test_claims_after_one_that_ends_with_another_payer(payer: Sequence[str], good: bool) -> None:
    first = [*office("A")[:4], *payer]
    found = results(_file(*subscriber(), *first, *office("B"), *office("C")))
    rest = ["ACCOUNTB", "ACCOUNTC"] if good else ["no subscriber id"] * 2
    assert found == ["no service line", *rest]


def _second_provider() -> list[str]:
    provider = "NM1*85*2*OTHER SUITE*****XX*1990004040"
    return [provider, *subscriber("K2", 3), *office("K2")]


def _second_subscriber() -> list[str]:
    lost = subscriber("K2", 3)[2:]
    return [*lost, *office("K2")]


@pytest.mark.parametrize("rest", [_second_provider, _second_subscriber])
def test_a_level_without_its_hl_is_not_taken_for_the_one_before(
    rest: Callable[[], list[str]],
) -> None:
    first, second = read(_file(*subscriber(), *office("K1"), *rest()))
    assert isinstance(first, ClaimEvent)
    assert (first.member_id, first.billing_provider_npi) == ("MEMBERK1", "1990001012")
    assert isinstance(second, Refusal)


def test_a_patient_without_an_hl_is_not_the_subscriber() -> None:
    patient = ("PAT*19", "NM1*QC*1*SAMPLE*CHILD", "DMG*D8*20190412*F")
    assert results(_file(*subscriber(), *patient, *office("K1"))) == ["NM1*QC in the wrong place"]


def _file(*segments: str) -> str:
    return interchange(transaction([*PROVIDER, *segments]))
