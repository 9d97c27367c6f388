"""The limits of --fail-on: their grammar, and what they count."""

from collections import Counter

import pytest

from stream_edits.impact.gate import BadLimit, limit
from stream_edits.impact.tally import Impact

FOUND = Impact(claims=1000, claims_changed=20, claims_to=Counter({"DENY": 5, "PEND": 12}))


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("deny>0.5%", False),
        ("deny>=0.5%", True),
        ("deny>0.49%", True),
        ("deny>4", True),
        ("deny>5", False),
        ("deny>=5", True),
        ("pend > 1%", True),
        ("pend>1.2%", False),
        ("pass>0", False),
        ("pass>=0", True),
        ("changed>=2%", True),
        ("changed>20", False),
        (" changed >= 20 ", True),
    ],
)
def test_a_limit_is_broken_or_kept(text: str, broken: bool) -> None:
    assert limit(text).is_broken(FOUND) is broken


@pytest.mark.parametrize(
    "text",
    [
        "",
        "deny",
        "deny>",
        "deny<1%",
        "denied>1%",
        "deny>1%%",
        "deny>-1",
        "deny>1e3",
        "DENY>1",
        "d>1",
    ],
)
def test_what_is_not_a_limit_is_refused(text: str) -> None:
    with pytest.raises(BadLimit, match=r"write it like 'deny>0\.5%'"):
        limit(text)


@pytest.mark.parametrize("text", ["deny>=101%", "deny>100%", "deny>100.0%", "changed>=100.1%"])
def test_a_share_that_no_change_can_have_is_refused(text: str) -> None:
    with pytest.raises(BadLimit, match="it could never be broken"):
        limit(text)


@pytest.mark.parametrize("text", ["deny>=100%", "deny>99.9%", "deny>=101"])
def test_a_share_of_all_claims_is_a_limit(text: str) -> None:
    of_all = Impact(claims=200, claims_changed=200, claims_to=Counter({"DENY": 200}))
    assert limit(text).is_broken(of_all)
    assert not limit(text).is_broken(FOUND)


@pytest.mark.parametrize("text", ["changed>0%", "changed>0", "deny>=5"])
def test_without_claims_every_limit_is_broken(text: str) -> None:
    assert limit(text).is_broken(Impact())
    assert limit(text).in_words(Impact()) == f"{text} (there is no claim to check it on)"


def test_one_claim_is_enough_to_keep_a_limit() -> None:
    assert not limit("changed>0%").is_broken(Impact(claims=1))
    assert not limit("changed>0").is_broken(Impact(claims=1))


def test_what_was_found_is_told() -> None:
    assert limit("deny>0.1%").in_words(FOUND) == "deny>0.1% (it is 0.5 %)"
    assert limit("changed>3").in_words(FOUND) == "changed>3 (it is 20)"
