"""Text for people: width, lists of words, wrapping, printable characters, the terminal."""

import csv
import errno
import io
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Columns of output that does not go to a terminal.
WIDTH = 100
_NARROWEST = 30


def join_words(words: Iterable[str], last: str = "or") -> str:
    """The words in alphabetical order, as a sentence lists them: a, b or c."""
    return join_in_order(sorted(words), last)


def join_in_order(words: Sequence[str], last: str = "and") -> str:
    """The words in their own order, as a sentence lists them: c, a and b."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(number: float, noun: str) -> str:
    """A number before a noun that is given in the plural: 1 claim, 1,234 claims, 2.5 units.

    Of "claims and reviews", one is a "claim or review".
    """
    if number == 1:
        noun = " or ".join(map(_singular, noun.split(" and ")))
    return f"{number:,} {noun}" if isinstance(number, int) else f"{number:,g} {noun}"


def _singular(noun: str) -> str:
    return noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")


def verb(number: float, one: str = "is", several: str = "are") -> str:
    """The form of a verb after a number."""
    return one if number == 1 else several


def csv_line(cells: Iterable[object]) -> str:
    """One line of CSV with a newline. None is empty."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def printable(text: str | None) -> str:
    """The text with `?` for every character that could control a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text or "")


def columns() -> int:
    """The columns of the terminal that stdout is, else WIDTH."""
    if sys.stdout is None or not sys.stdout.isatty():
        return WIDTH
    return max(_NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns)


def wrap(
    text: str, indent: str = "", first: str | None = None, *, break_words: bool = False
) -> list[str]:
    """The text in lines as wide as the terminal, each behind ``indent``.

    Where stdout is not a terminal they have at most WIDTH columns.

    ``first`` stands before the first line instead. Without ``break_words`` a word is never split,
    so that a longer one makes its line wider.
    """
    return textwrap.wrap(
        text,
        columns(),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=break_words,
        break_on_hyphens=break_words,
    )


def stdout_console(*, highlight: bool = True) -> "Console":
    """Standard output: as wide as the terminal; else WIDTH columns without colours.

    ``highlight`` colours numbers and the like on a terminal.
    """
    # Only here, because the policies use this module and need no rich.
    from rich.console import Console

    class StdoutConsole(Console):
        def on_broken_pipe(self) -> None:
            # Rich would end the program with a code of its own.
            raise BrokenPipeError(errno.EPIPE, "the reader has ended")

    console = StdoutConsole(highlight=highlight)
    if console.is_terminal:
        return console
    return StdoutConsole(highlight=highlight, width=WIDTH, no_color=True)
