"""What a review let stand beside a claim, at later steps of that claim and its corrections."""

from collections.abc import Callable

import pytest

from stream_edits.domain.claim import ClaimEvent, ServiceLine, Supervision
from stream_edits.domain.decision import ClaimDecision
from tests.build import claim, line, replacing, voiding
from tests.stages.reviewing import review
from tests.stages.walk import summaries
from tests.stages.wire import OverTheWire

# It is held until the plan has priced it.
PRICED = line("96377")
NECESSITY = ("supervision_documentation", "by_report", "medical_necessity")
MORE_UNITS = (line("96365"), line("96366", units=6))
CONTRAST = (line("96374"), line("74177"))
UNSUPERVISED = Supervision.GENERAL


class Granted(OverTheWire):
    """A run in which claim B stands beside claim A by a review."""

    def newest(self, claim_id: str) -> ClaimDecision:
        return next(x for x in reversed(self.published) if x.claim_id == claim_id)

    def allowed(self, claim_id: str) -> list[float]:
        return [x.allowed_units for x in self.newest(claim_id).lines]

    def approve(self, claim_id: str, number: int = 1, edit: str | None = None) -> list[str]:
        return summaries(self.reviewed(review(self.newest(claim_id), line=number, edit=edit)))

    def arrive(self, event: ClaimEvent) -> list[str]:
        return summaries(self.send(event))


def repeated(*lines: ServiceLine) -> Granted:
    """A has a service that is held for its price. B has it again, which a review let stand."""
    walk = Granted()
    walk.send(claim("A", PRICED))
    walk.send(claim("B", PRICED, *lines, minute=1))
    walk.approve("B", edit="duplicate-service")
    walk.approve("B", edit="by-report-pricing")
    assert walk.newest("B").disposition == "PASS"
    return walk


def corrected(*lines: ServiceLine) -> Granted:
    walk = repeated(*lines)
    walk.approve("A")
    assert walk.arrive(replacing("A", "C", PRICED, minute=2)) == ["C1 PEND"]
    return walk


def test_a_held_correction_passes_when_it_is_priced() -> None:
    assert corrected().approve("C") == ["C2 PASS"]


def test_an_unrelated_claim_changes_no_held_correction() -> None:
    assert corrected().arrive(claim("X", line("96365"), minute=3)) == ["X1 PASS"]


def test_a_correction_of_a_correction_takes_the_place_of_the_first_claim() -> None:
    walk = corrected()
    walk.approve("C")
    assert walk.arrive(replacing("C", "D", PRICED, minute=3)) == ["D1 PEND"]
    assert walk.arrive(claim("D", PRICED, line("99213"), event="again", minute=4)) == ["D2 PEND"]
    assert walk.arrive(replacing("D", "E", PRICED, minute=5)) == ["E1 PEND"]
    assert walk.approve("E") == ["E2 PASS"]
    # Whoever has no part in this is a duplicate as ever.
    assert walk.arrive(claim("F", PRICED, minute=6)) == ["F1 DENY"]


def test_units_of_a_correction_of_a_correction_stay() -> None:
    walk = Granted()
    walk.send(claim("A", *MORE_UNITS))
    walk.send(claim("B", line("96366", units=4), minute=1, documents=NECESSITY))
    walk.approve("B")
    walk.send(replacing("A", "C", *MORE_UNITS, line("99213"), minute=2))
    walk.send(replacing("C", "D", *MORE_UNITS, minute=3))
    assert (walk.allowed("C"), walk.allowed("D")) == ([1, 6, 1], [1, 6])


def test_a_correction_that_came_before_the_claim_it_names() -> None:
    walk = Granted()
    walk.send(claim("C", line("96372", units=2)))
    walk.send(claim("A", PRICED, line("96372"), minute=1))
    walk.approve("A")
    walk.send(claim("B", line("96372"), minute=2))
    walk.approve("B", edit="duplicate-service")
    again = replacing("A", "C", PRICED, line("96372"), event="again", minute=3)
    assert walk.arrive(again) == ["C2 PEND"]
    assert walk.approve("C") == ["C3 PASS"]
    assert walk.allowed("C") == [1, 1]


def test_after_a_void_it_counts_before_all_others() -> None:
    walk = corrected()
    walk.send(voiding("C", "V", minute=3))
    walk.send(claim("D", PRICED, minute=4))
    assert walk.newest("D").disposition == "DENY"
    assert walk.newest("D").findings[0].related_claim_ids == ("B",)


def test_a_second_correction_of_one_claim_has_no_place_of_its_own() -> None:
    walk = corrected()
    walk.approve("C")
    walk.send(replacing("A", "D", PRICED, minute=3))
    found = {f.edit_id: f.disposition for f in walk.newest("D").findings}
    assert found["duplicate-service"] == "PEND"


@pytest.mark.parametrize(("made", "held"), [(repeated, "A"), (corrected, "C")])
def test_another_review_of_the_granted_claim_leaves_the_earlier_one(
    made: Callable[..., Granted], held: str
) -> None:
    walk = made(line("96365", supervision=UNSUPERVISED))
    assert walk.approve("B", 2) == ["B4 PASS"]
    assert walk.approve(held)[0].endswith("PASS")
    assert (walk.allowed("B"), walk.allowed(held)) == ([1, 1], [1])


@pytest.mark.parametrize(("made", "held"), [(repeated, "A"), (corrected, "C")])
def test_a_granted_line_counts_no_earlier_while_its_own_claim_is_held(
    made: Callable[..., Granted], held: str
) -> None:
    walk = made(line("96379", supervision=UNSUPERVISED))
    assert walk.approve("B", 2) == ["B4 PEND"]
    assert walk.arrive(claim("X", line("96365"), minute=5)) == ["X1 PASS"]
    assert walk.approve(held)[0].endswith("PASS")
    assert walk.approve("B", 2, "by-report-pricing") == ["B5 PASS"]
    # Its paid line stays as it is.
    assert (walk.allowed("B"), walk.allowed(held)) == ([1, 1], [1])


@pytest.mark.parametrize(("made", "held"), [(repeated, "A"), (corrected, "C")])
def test_a_granted_claim_with_a_denial_that_a_later_line_may_answer(
    made: Callable[..., Granted], held: str
) -> None:
    walk = made(*CONTRAST)
    assert walk.allowed("B") == [1, 0, 1]
    assert walk.approve(held)[0].endswith("PASS")
    # The drug comes on a later bill.
    assert walk.arrive(claim("X", line("J1745"), minute=5)) == ["X1 PASS", "B4 PASS"]
    assert (walk.allowed("B"), walk.allowed(held)) == ([1, 1, 1], [1])
