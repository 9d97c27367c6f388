"""Blanks where somebody must have written something, and keys that control the terminal."""

from pathlib import Path

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies

BLANK = "should not be empty"
GOOD = """\
edits:
  units-over-maximum:
    exclusions:
      2026-01-01:
        reference: Plan memo
        value: [{npi: "1234567893", reference: Contract, approver: Director}]
"""


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (GOOD.replace("Plan memo", "' '"), 5, BLANK),
        (GOOD.replace("Contract", '"\\t"'), 6, BLANK),
        (GOOD.replace("Director", "' '"), 6, BLANK),
        (GOOD.replace("units-over-maximum", '"units\\e[31m\\nover"'), 2, "units?[31m?over"),
    ],
)
def test_it_is_one_line_that_names_the_place(
    text: str, line: int, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policies(file)
    said = str(refused.value)
    assert said.isprintable()
    assert said.startswith(f"{file}:{line}: ")
    assert problem in said


def test_the_same_with_words_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(GOOD, encoding="utf-8")
    load_policies(file)
