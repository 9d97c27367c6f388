"""An approval changes the findings that it names: what its line was paid stays decided.

Other claims are judged beside that line as before, and beside the units that the review gives.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from tests.build import claim, line, voiding
from tests.stages.infusions import histories
from tests.stages.reviewing import DENY, review
from tests.stages.walk import Walk, edits, related, summaries
from tests.stages.wire import OverTheWire

PASS = Disposition.PASS
LATE = 100_000


@pytest.fixture(params=[Walk, OverTheWire])
def walk(request: pytest.FixtureRequest) -> Walk:
    run: Walk = request.param()
    return run


def allowed(decision: ClaimDecision) -> list[float]:
    return [x.allowed_units for x in decision.lines]


@pytest.mark.parametrize("later", ["96365", "96367"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_claim_that_conflicts_is_held_in_either_order(
    walk: Walk, later: str, is_first: bool
) -> None:
    (cut,) = walk.send(claim("A", line("96374", units=2)))
    assert allowed(cut) == [1]
    other = claim("K", line(later), minute=5)
    if not is_first:
        walk.send(other)
    assert summaries(walk.reviewed(review(cut, line=1))) == ["A2 PASS"]
    if is_first:
        walk.send(other)
    assert allowed(walk.last()["A"]) == [2]
    assert summaries([walk.last()["K"]]) == ["K1 PEND"]
    assert edits(walk.last()["K"]) == ["conflicts-with-decided-claim"]


def test_it_is_held_also_beside_a_claim_whose_denial_it_answers(walk: Walk) -> None:
    supply = line("Z7610", drug_name="Iron")
    (cut,) = walk.send(claim("A", line("96360", units=4), line("96372"), supply))
    walk.reviewed(review(cut, line=1))
    sent = walk.send(claim("K", line("96365"), line("J1885"), minute=5))
    assert summaries(sent) == ["K1 PEND", "A3 PEND"]
    assert related(sent[0]) == [("A",)]
    assert allowed(sent[1]) == [4, 1, 1]


def test_a_line_that_rests_on_another_claim_may_still_gain_after_a_review(walk: Walk) -> None:
    second = line("96365", modifiers=("59",), units=2)
    walk.send(claim("A", line("96365"), line("96366", units=5)))
    walk.send(claim("B", second, line("96366", units=6), minute=5))
    assert allowed(walk.last()["B"]) == [1, 3]
    walk.reviewed(review(walk.last()["B"], line=1))
    assert allowed(walk.last()["B"]) == [2, 3]
    walk.send(voiding("A", "V", minute=9))
    assert allowed(walk.last()["B"]) == [2, 6]


def test_an_add_on_that_was_paid_does_not_wait_for_its_primary(walk: Walk) -> None:
    walk.send(claim("A", line("96365", "09:00-10:00")))
    (cut,) = walk.send(claim("B", line("96366", "10:00-11:00", units=3), minute=5))
    assert allowed(cut) == [1]
    assert summaries(walk.send(voiding("A", "V", minute=6))) == ["V1 PASS"]
    (after,) = walk.reviewed(review(cut, line=1, minute=90))
    assert summaries([after]) == ["B2 PASS"]
    assert allowed(after) == [3]


def test_the_units_that_a_review_gives_count_for_other_claims(walk: Walk) -> None:
    (cut,) = walk.send(claim("A", line("96365"), line("96366", "09:00-10:00", units=6)))
    assert allowed(cut) == [1, 1]
    held = claim("B", line("96366", units=3), line("96377"), minute=5)
    assert allowed(walk.send(held)[0]) == [3, 1]
    sent = walk.reviewed(review(cut, line=2))
    assert summaries(sent) == ["A2 PASS", "B2 PEND"]
    assert [allowed(x) for x in sent] == [[1, 6], [2, 1]]


def test_a_later_approval_may_give_fewer_units_or_none(walk: Walk) -> None:
    (cut,) = walk.send(claim("A", line("96365"), line("96366", units=9)))
    assert allowed(cut) == [1, 8]
    (fewer,) = walk.reviewed(review(cut, line=2, allowed_units=5.0))
    assert (fewer.disposition, allowed(fewer)) == (PASS, [1, 5])
    (none,) = walk.reviewed(review(fewer, line=2, edit="units-over-maximum", allowed_units=0.0))
    assert [x.disposition for x in none.lines] == [PASS, Disposition.DENY]


def test_a_paid_line_that_a_review_denies_no_longer_holds_another(walk: Walk) -> None:
    (cut,) = walk.send(claim("A", line("96374", units=2)))
    walk.send(claim("K", line("96365"), minute=5))
    sent = walk.reviewed(review(cut, DENY, line=1))
    assert summaries(sent) == ["A2 DENY", "K2 PASS"]


CUT = [
    (line("96374", units=3),),
    (line("96360", units=2), line("96361", units=9)),
    (line("96365"), line("96366", units=9)),
    (line("96413"), line("96368", units=2)),
    (line("96365", "09:00-10:00"), line("96366", "10:00-11:00", units=4)),
]


@given(histories(most=6, members=1), st.sampled_from(CUT))
def test_an_approval_takes_nothing_from_what_is_decided(
    history: list[ClaimEvent], first: tuple[ServiceLine, ...]
) -> None:
    """Nor does it release what conflicts with a line that was paid before."""
    walk = Walk()
    walk.send(claim("P", *first, event="first"), *history)
    before = walk.last()
    cut = before["P"]
    number = next(f.line_number for f in cut.findings if f.allowed_units is not None)
    walk.reviewed(review(cut, line=number, minute=LATE))
    for claim_id, earlier in before.items():
        now = walk.last()[claim_id]
        if earlier.disposition is not Disposition.PEND:
            assert now.disposition is earlier.disposition
            for was, line_now in zip(earlier.lines, now.lines, strict=True):
                assert line_now.disposition is was.disposition
                assert line_now.allowed_units >= was.allowed_units
        assert set(conflicts(earlier)) <= set(conflicts(now))


def conflicts(decision: ClaimDecision) -> list[tuple[int | None, tuple[str, ...]]]:
    """The lines that conflict with a decided claim, and that claim."""
    return [
        (f.line_number, f.related_claim_ids)
        for f in decision.findings
        if f.edit_id == "conflicts-with-decided-claim"
    ]


def test_units_do_not_fit_a_finding_on_the_claim(walk: Walk) -> None:
    """It would pay every line as billed, without a word on the units that the reviewer named."""
    lines = line("96365"), line("96366", units=3)
    (denied,) = walk.send(claim("A", *lines, billing_provider_npi=""))
    with pytest.raises(ReviewRefused, match="a finding on the claim itself") as refused:
        walk.reviewed(review(denied, allowed_units=1, carc="151"))
    assert refused.value.error_class == "ContractViolation"
    (after,) = walk.reviewed(review(denied))
    assert allowed(after) == [1, 3]
