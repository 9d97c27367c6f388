"""Codes as a word processor leaves them."""

from pathlib import Path

from stream_edits.commands.policy import check
from tests.handbook.test_plain_mistakes import GOOD


def test_a_code_in_marks_of_a_word_processor(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(GOOD.replace('"96361"', "\u201c96361\u201d"), encoding="utf-8")
    assert "nothing knows the code" in check(overlay).text
