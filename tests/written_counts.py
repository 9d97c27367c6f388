"""Counts that long runs write into a page of docs/ themselves, each between its own marks."""

import fcntl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

_ROOT = Path(__file__).parents[1]
REPORT = _ROOT / "docs" / "reliability.md"
# Long runs change these pages, which is no change of what they measure.
_WRITTEN = (":!docs/reliability.md", ":!docs/performance.md")


def write_counts(section: str, lines: list[str], report: Path = REPORT) -> None:
    """Replace what stands between the marks of `section` by these Markdown lines, under a line with
    the date and the commit. Raises LookupError when the report has no such marks."""
    begin, end = f"<!-- {section}: begin -->\n", f"<!-- {section}: end -->"
    with report.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before, opened, rest = file.read().partition(begin)
        _, closed, after = rest.partition(end)
        if not opened or not closed:
            raise LookupError(f"{report.name} has no marks for {section}")
        written = "\n".join([f"Run on {_when_and_where()}.", "", *lines])
        file.seek(0)
        file.write(f"{before}{begin}{written}\n{end}{after}")
        file.truncate()


def _when_and_where() -> str:
    """Today's date, and the commit, with a word when the tree differs from it."""
    commit = _git("rev-parse", "--short=10", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", *_WRITTEN)
    return f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}{' with changes' if changed else ''}"


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
