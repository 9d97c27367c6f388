"""Text helpers: two kinds of lists of words, wrapping, printable characters."""

import io

import pytest
from rich.console import Console

from stream_edits.text import (
    WIDTH,
    counted,
    join_in_order,
    join_words,
    printable,
    stdout_console,
    verb,
    wrap,
)


@pytest.mark.parametrize(
    ("words", "in_order", "sorted_"),
    [
        ([], "", ""),
        (["b"], "b", "b"),
        (["b", "a"], "b and a", "a or b"),
        (["c", "a", "b"], "c, a and b", "a, b or c"),
    ],
)
def test_words_are_joined_in_their_order_or_sorted(
    words: list[str], in_order: str, sorted_: str
) -> None:
    assert join_in_order(words) == in_order
    assert join_words(words) == sorted_
    assert join_words(set(words), "and") == sorted_.replace(" or ", " and ")


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "claims", "0 claims"),
        (1, "claims", "1 claim"),
        (1234, "claims", "1,234 claims"),
        (1, "dead letters", "1 dead letter"),
        (1, "claims and reviews", "1 claim or review"),
        (2, "claims and reviews", "2 claims and reviews"),
        (1, "entries", "1 entry"),
        (2, "entries", "2 entries"),
        (1.0, "units", "1 unit"),
        (2.5, "units", "2.5 units"),
    ],
)
def test_a_noun_follows_its_number(number: float, noun: str, text: str) -> None:
    assert counted(number, noun) == text


def test_control_characters_become_question_marks() -> None:
    assert printable("a\x1b[2J\nb\u202e") == "a?[2J?b?"
    assert printable(None) == ""


def test_long_words_are_kept_whole_unless_told_otherwise() -> None:
    code = "x" * (WIDTH + 20)
    assert wrap(f"a {code}", "  ", "- ") == ["- a", f"  {code}"]
    assert max(map(len, wrap(f"a {code}", "  ", break_words=True))) == WIDTH


def test_without_a_terminal_the_width_is_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = io.StringIO()
    monkeypatch.setattr("sys.stdout", page)
    monkeypatch.setenv("COLUMNS", "33")
    console = stdout_console()
    assert isinstance(console, Console)
    assert console.width == WIDTH
    console.print("[red]1[/red]")
    assert page.getvalue() == "1\n"


@pytest.mark.parametrize(("number", "one"), [(0, False), (1, True), (1.0, True), (0.5, False)])
def test_a_verb_follows_its_number(number: float, one: bool) -> None:
    assert verb(number) == ("is" if one else "are")
    assert verb(number, "was", "were") == ("was" if one else "were")
