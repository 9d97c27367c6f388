"""A replacement with fewer lines says so in the first finding of its decision."""

import pytest

from stream_edits.domain.claim import ClaimEvent, ClaimForm
from stream_edits.domain.decision import ClaimDecision
from tests.build import DAY, claim, infusion, line, replacing, voiding
from tests.stages.walk import Walk, edits, summaries
from tests.stages.wire import OverTheWire

NOTE = "This replacement has "
THREE = (line("96365"), line("96372"), line("96375"))


def notes(decision: ClaimDecision) -> list[bool]:
    """For each finding, whether it has the note."""
    return [NOTE in each.message for each in decision.findings]


@pytest.mark.parametrize("kind", [Walk, OverTheWire])
def test_the_first_finding_has_the_note(kind: type[Walk]) -> None:
    walk = kind()
    walk.send(claim("A", *THREE))
    (sent,) = walk.send(replacing("A", "SECRET-R", line("96365"), line("96366", units=9)))
    assert notes(sent) == [True]
    message = sent.findings[0].message
    assert "This replacement has 2 lines, and the claim that it replaces had 3." in message
    assert "SECRET-R" not in message
    (single,) = walk.send(replacing("SECRET-R", "Q", line("96366"), documents=()))
    assert "This replacement has 1 line, and the claim that it replaces had 2." in (
        single.findings[0].message
    )
    assert notes(single) == [True] + [False] * (len(single.findings) - 1)
    assert len(single.findings) > 1


@pytest.mark.parametrize(
    ("event", "has_note"),
    [
        (replacing("A", "R", line("96366")), True),
        (replacing("A", "A", line("96366"), event="again"), True),
        (
            replacing(
                *("A", "R", line("96366")),
                claim_form=ClaimForm.UB04,
                type_of_bill="137",
            ),
            True,
        ),
        (
            claim(
                *("R", line("96366")),
                claim_form=ClaimForm.UB04,
                type_of_bill="137",
                replaces_claim_id="A",
            ),
            True,
        ),
        (replacing("A", "R", line("96366"), line("96372"), line("96374", units=0)), False),
        (replacing("A", "R", line("96366", units=9), *THREE), False),
        (replacing("UNKNOWN", "R", line("96376")), False),
        (claim("A", line("96366"), event="again"), False),
        (claim("R", line("96366", units=9), replaces_claim_id="A"), False),
        # A header fault withdraws nothing.
        (replacing("A", "R", line("96366"), diagnosis_codes=()), False),
    ],
)
def test_only_a_replacement_with_fewer_lines_has_it(event: ClaimEvent, has_note: bool) -> None:
    walk = Walk()
    walk.send(claim("A", *THREE))
    sent = walk.send(event)[0]
    assert sent.findings
    assert any(notes(sent)) is has_note


def test_a_decision_without_a_finding_has_no_note() -> None:
    walk = Walk()
    walk.send(claim("A", *THREE))
    (sent,) = walk.send(replacing("A", "R", line("96365")))
    assert summaries([sent]) == ["R1 PASS"]
    assert sent.findings == ()


def test_every_revision_has_it() -> None:
    walk = Walk()
    walk.send(claim("A", *THREE))
    (first,) = walk.send(replacing("A", "R", line("96366"), documents=()))
    sent = walk.send(claim("B", line("96365")))
    assert summaries([first, *sent]) == ["R1 PEND", "B1 PASS", "R2 PEND"]
    assert notes(first)[0]
    assert notes(sent[1])[0]
    # The next event with the same name withdraws nothing more, and is compared with the same claim.
    again = replacing("A", "R", line("96366", units=2), documents=(), event="again")
    assert notes(walk.send(again)[0])[0]


@pytest.mark.parametrize("kind", [Walk, OverTheWire])
def test_a_finding_of_the_supervisor_has_it_too(kind: type[Walk]) -> None:
    walk = kind()
    walk.send(infusion("OTHER", "M2", "09:00-10:00"))
    walk.send(claim("A", *THREE))
    (sent,) = walk.send(
        replacing("A", "R", *infusion("R", "M1", "09:30-10:30").lines, line("96366", units=9))
    )
    assert edits(sent) == ["simultaneous-supervision", "units-over-maximum"]
    assert notes(sent) == [True, False]
    freed = walk.send(voiding("OTHER", "V", member_id="M2"))
    assert edits(freed[1]) == ["units-over-maximum"]
    assert notes(freed[1]) == [True]


def test_the_note_alone_publishes_no_revision() -> None:
    walk = Walk()
    walk.send(claim("A", *THREE), replacing("A", "R", line("96366"), documents=()))
    assert summaries(walk.send(claim("B", line("96372", day=DAY.replace(day=20))))) == ["B1 PASS"]
