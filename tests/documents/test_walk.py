"""docs/walk.md is true: its claims take these steps, through these functions, as these types."""

from functools import lru_cache

import pytest

from tests.documents import walk_page, walk_trace
from tests.documents.walk_page import PAGE


@lru_cache(maxsize=1)
def steps() -> list[walk_trace.Step]:
    return walk_trace.run()


def problems(page: str) -> list[str]:
    return walk_page.problems(page, steps())


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_walk_is_what_happens() -> None:
    assert problems(page()) == []


def test_it_has_steps_functions_and_types() -> None:
    """The checks find something to check."""
    assert len(steps()) == 19
    assert len(walk_page.functions_in(page())) > 35
    detailed = [head for head in walk_page.sections(page()) if head.startswith("Step ")]
    assert len(detailed) == 10


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("claim_record.py:on_arrival", "claim_record.py:arrived", "defines no arrived"),
        ("claim_record.py:on_arrival", "claim_records.py:on_arrival", "does not exist"),
        ("claim_record.py:on_arrival", "claim_record.py:withdrawn", "withdrawn did not run"),
        (
            "supervision/stage.py:supervise",
            "supervision/supervisor.py:_overlap",
            "_overlap did not run",
        ),
        ("ClaimDecision A.1 PEND", "ClaimDecision A.1 DENY", "step 3 was"),
        ("| RoutedClaim B | SupervisedClaim B.1, ", "| RoutedClaim B | ", "step 5 was"),
        ("| 19 |", "|\n| 20 |", "the page has 20"),
        ("on_arrival` | `ClaimRecord`", "on_arrival` | `Draft`", "on_arrival gave no Draft"),
        ("Remembered: nothing.", "Remembered: `ClaimRecord`.", "step 1: remembered []"),
        ("`SupervisedSlot`, `SupervisorRecord`.", "", "step 7: remembered ['SupervisedSlot', "),
        (
            "| `Reopen` | `domain/messages.py`",
            "| `Reopen` | `domain/claim.py`",
            "claim.py defines no",
        ),
        ("| `ServiceLine`, `Attachment` |", "| `ServiceLine` |", "Attachment of domain/claim.py"),
        ("give_back` | `Reopen`", "give_back` | `SupervisedSlot`", "give_back gave no"),
        ("`claims.edits.pend`", "`claims.edits.deny`", "step 3: claims.edits.deny is not a topic"),
        ("line_records` | `LineRecord`", "line_records` | ", "no step names LineRecord"),
        ("| ReviewEvent H | ClaimDecision H.2 PASS", "| ReviewEvent H | ", "step 19 was"),
        ("reviews.py:seen_by", "reviews.py:takes_away", "takes_away did not run"),
    ],
)
def test_a_wrong_page_is_found(right: str, wrong: str, problem: str) -> None:
    assert right in page()
    found = problems(page().replace(right, wrong, 1))
    assert any(problem in each for each in found), found


def test_rows_in_the_wrong_order_are_found() -> None:
    lines = page().splitlines()
    place = next(n for n, line in enumerate(lines) if "claim_record.py:on_arrival" in line)
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    assert any("ran earlier than the row before" in each for each in problems("\n".join(lines)))


def test_a_fourteenth_type_is_found() -> None:
    row = "| `ClaimDecision` | `domain/decision.py` |"
    found = problems(page().replace(row, f"| `EditFinding` | `domain/decision.py` | x |\n{row}"))
    assert "a claim becomes 14 types, more than 13" in found
