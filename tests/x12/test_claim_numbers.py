"""Claims with one number: the later one replaces the earlier one, which must not go unseen."""

from dataclasses import replace

import pytest

from stream_edits.codec.x12 import ClaimNumber, Tally
from tests.x12.reads import READING, professional, read
from tests.x12.samples import office

REUSED = "claims that replace an earlier claim with the same number (see --claim-id)"


def again(frequency: str, trace: str = "TRACEK2") -> list[str]:
    """A second claim with the account number of the first."""
    return [
        segment.replace("11:B:1", f"11:B:{frequency}").replace("TRACEK1", trace)
        for segment in office("K1")
    ]


@pytest.mark.parametrize(("frequency", "reused"), [("1", 1), ("5", 1), ("7", 0), ("8", 0)])
def test_a_number_that_an_earlier_claim_has_is_counted(frequency: str, reused: int) -> None:
    tally = Tally()
    assert len(read(professional(office("K1"), again(frequency)), tally=tally)) == 2
    assert (tally.claims, tally.warnings[REUSED]) == (2, reused)


def test_all_files_of_a_command_count() -> None:
    tally = Tally()
    first = professional(office("K1"), office("K2"))
    for text in (first, first.replace("000000009", "000000010")):
        read(text, tally=tally)
    assert tally.warnings == {REUSED: 2}


def test_a_file_that_comes_twice_replaces_no_claim() -> None:
    tally = Tally()
    for _ in range(2):
        read(professional(office("K1"), office("K2")), tally=tally)
    assert tally.claims == 4
    assert not tally.warnings


def test_another_number_for_each_claim_is_no_warning() -> None:
    tally = Tally()
    by_trace = replace(READING, claim_number=ClaimNumber.TRACE)
    read(professional(office("K1"), again("1")), by_trace, tally)
    assert not tally.warnings
