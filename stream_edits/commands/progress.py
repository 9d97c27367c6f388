"""How far a long command is: a bar or lines on stderr, and a summary at the end."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.text import counted

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_LINE_EVERY_S = 5.0
_LOOK_EVERY_S = 0.2
_MB = 1_000_000


class Progress:
    """Counts what is read and decided, and shows it inside a ``with`` block.

    Nothing of it goes to stdout. A bar is not shown where stdout is the same terminal, since the
    output would run through it.
    """

    def __init__(
        self, wanted: bool | None = None, total_bytes: int | None = None, *, unit: str = "claims"
    ) -> None:
        """``wanted`` is None for a bar on a terminal and nothing elsewhere."""
        self.read = self.refused = self.known = self.unread_files = 0
        self.decided: Counter[Disposition] = Counter()
        self._unit, self._bytes, self._total = unit, 0, total_bytes
        is_terminal = sys.stderr.isatty()
        self._has_bar = wanted is not False and is_terminal and not sys.stdout.isatty()
        self._has_lines = bool(wanted) and not self._has_bar
        self._begun = time.monotonic()
        self._due = self._begun + _LINE_EVERY_S
        self._look, self._has_shown = 0.0, False
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._has_bar:
            self._bar = _bar()
            self._task = self._bar.add_task("", total=self._total)
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def add_bytes(self, count: int) -> None:
        """Bytes of the files were read."""
        self._bytes += count

    def count(self, records: int = 1) -> None:
        """A record was read, or more."""
        self.read += records
        self._show()

    def decide(self, decisions: Iterable[ClaimDecision]) -> None:
        """These decisions were made or read."""
        for decision in decisions:
            self.decided[decision.disposition] += 1

    def know(self) -> None:
        """An event was read that had come before, by its id or with its whole content."""
        self.known += 1

    def refuse(self, text: str, records: int = 1) -> None:
        """A record was read that is not valid, or not taken, or more; the text says why."""
        self.refused += records
        self.say(text)

    def refuse_file(self, text: str) -> None:
        """A file, or the rest of one, cannot be read; the text names it and says why."""
        self.unread_files += 1
        self.say(text)

    def say(self, text: str) -> None:
        """Print a line on stderr, above the bar."""
        if self._bar is None:
            print(text, file=sys.stderr)
        else:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def say_each(self, texts: Iterable[str]) -> None:
        """Print some lines."""
        for text in texts:
            self.say(text)

    def say_if_long(self, text: str) -> None:
        """Print a line if the command has shown how far it is."""
        if self._bar is not None or self._has_shown:
            self.say(text)

    def end(self) -> None:
        """Take the bar away, before a table is printed."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def summary(self, *more: str) -> None:
        """One line on stderr: what was read, decided and refused, and in how many seconds."""
        self.end()
        said = [f"read {counted(self.read, self._unit)}"]
        if self.decided or not more:
            counts = ", ".join(f"{self.decided[each]:,} {each.value}" for each in Disposition)
            said.append(f"{counted(self.decided.total(), 'decisions')} ({counts})")
        if self.known:
            said.append(f"{self.known:,} known already")
        said += [*more, f"{self.refused:,} refused"]
        if self.unread_files:
            said.append(f"{counted(self.unread_files, 'files')} not read")
        said.append(f"{self._seconds():.1f} s")
        print(", ".join(said), file=sys.stderr)

    def _seconds(self) -> float:
        return time.monotonic() - self._begun

    def _show(self) -> None:
        if not (self._has_bar or self._has_lines):
            return
        now = time.monotonic()
        if now < self._look:
            return
        self._look = now + _LOOK_EVERY_S
        if self._bar is not None and self._task is not None:
            text = counted(self.read, self._unit)
            self._bar.update(self._task, completed=self._bytes, description=text)
        elif self._has_lines and now >= self._due:
            self._due, self._has_shown = now + _LINE_EVERY_S, True
            print(f"read {counted(self.read, self._unit)}{self._share()}", file=sys.stderr)

    def _share(self) -> str:
        if not self._total:
            return f", {self._bytes / _MB:,.1f} MB" if self._bytes else ""
        return f", {100 * self._bytes // self._total} % of {self._total / _MB:,.1f} MB"


def _bar() -> Bar:
    # Only here: most runs have no terminal, and rich takes a while to load.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        Left(compact=True),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
