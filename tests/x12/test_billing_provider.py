"""The billing provider has an NPI, or a number of the payer instead."""

import pytest

from tests.x12.reads import institutional, professional, the_claim
from tests.x12.samples import PROVIDER, hospital, office, subscriber
from tests.x12.test_refused import refusals

NONE = "no billing provider"
NO_NPI = "no NPI of the billing provider"
NM1 = PROVIDER[1]
NAMED = "NM1*85*2*DELTA INFUSION SUITE"
WITHOUT_NPI = (NAMED, f"{NAMED}*****XX", f"{NAMED}*****XX*", f"{NAMED}*****24*990001010")
FORMS = pytest.mark.parametrize("form", ["professional", "institutional"])


def written(form: str, provider: str, *payers_numbers: str) -> str:
    """Two claims of a subscriber. The numbers stand in the loop of the payer."""
    if form == "professional":
        text = professional(office("K1"), office("K2"))
    else:
        text = institutional(hospital("K1"), hospital("K2"))
    payer = subscriber("K1")[-1]
    numbers = "".join(f"~\n{each}" for each in payers_numbers)
    return text.replace(f"{NM1}~\n", provider and f"{provider}~\n").replace(payer, payer + numbers)


@FORMS
@pytest.mark.parametrize(
    ("provider", "numbers", "reason"),
    [
        ("", (), NONE),
        ("", ("REF*G2*330127",), NONE),
        *((each, (), NO_NPI) for each in WITHOUT_NPI),
        (NAMED, ("REF*G2*",), NO_NPI),
        (NAMED, ("REF*G2",), NO_NPI),
        (NAMED, ("REF*2U*330127",), NO_NPI),
    ],
)
def test_claims_without_one_are_refused(
    form: str, provider: str, numbers: tuple[str, ...], reason: str
) -> None:
    found = refusals(written(form, provider, *numbers))
    assert [(each.reason, each.place) for each in found] == [
        (reason, "transaction 1, claim 1"),
        (reason, "transaction 1, claim 2"),
    ]


@pytest.mark.parametrize("provider", WITHOUT_NPI)
@pytest.mark.parametrize("numbers", [("REF*G2*330127",), ("REF*G2*330127", "REF*G2*440128")])
def test_a_provider_without_an_npi_may_have_a_number_of_the_payer(
    provider: str, numbers: tuple[str, ...]
) -> None:
    text = professional(office("K1")).replace(NM1, provider)
    payer = subscriber("K1")[-1]
    claim = the_claim(text.replace(payer, "~\n".join((payer, *numbers))))
    assert claim.billing_provider_npi == ""


def test_a_number_of_another_party_is_none_of_the_billing_provider() -> None:
    other = office("K1", head=["HI*ABK:D509", "NM1*82*1*NAVARRO*PAUL", "REF*G2*330127"])
    assert [each.reason for each in refusals(professional(other).replace(NM1, NAMED))] == [NO_NPI]


@FORMS
def test_with_an_npi_no_other_number_is_needed(form: str) -> None:
    assert refusals(written(form, NM1)) == []
    assert refusals(written(form, NM1, "REF*G2*330127")) == []
