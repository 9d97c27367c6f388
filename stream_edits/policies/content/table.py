"""The file of the content table: a CSV with one row a code.

Columns: code, category, first_day and last_day (ISO dates, empty if not known or open), source.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from stream_edits.policies.content.category import Category
from stream_edits.policies.errors import PolicyError

FILE = Path(__file__).with_name("table.csv")
COLUMNS = ["code", "category", "first_day", "last_day", "source"]
# CPT category I and III, HCPCS Level II.
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_RANGE = re.compile(r"[0-9A-Z]{5} *- *[0-9A-Z]{5}")
# Letters that are typed for digits.
_LOOK_ALIKE = str.maketrans("lIoO", "1100")
_CATEGORIES = {category.value: category for category in Category}


class Entry(NamedTuple):
    """One row of the table. A day that is not known is None."""

    code: str
    category: Category
    first_day: date | None
    last_day: date | None
    source: str

    def in_force(self, day: date) -> bool:
        """Whether the code may be billed for a service on that day, as far as is known."""
        started = self.first_day is None or self.first_day <= day
        return started and (self.last_day is None or day <= self.last_day)


def category_named(text: str) -> Category:
    """The category with this name. Raises ValueError, which says the likeliest name, or all."""
    found = _CATEGORIES.get(text)
    if found is None:
        near = get_close_matches(text, _CATEGORIES, n=1, cutoff=0.8)
        if near:
            raise ValueError(f"{text} is not a category; did you mean {near[0]}?")
        names = ", ".join(_CATEGORIES)
        raise ValueError(f"{text} is not a category; the categories are {names}")
    return found


def check_code(text: str) -> str:
    """The code as it is. Raises ValueError if it is not one procedure code."""
    if not _CODE.fullmatch(text):
        wanted = "list each code" if _RANGE.fullmatch(text) else "five digits and capital letters"
        meant = f"{text[:1]}{text[1:].translate(_LOOK_ALIKE)}".upper()
        hint = f'; did you mean "{meant}"?' if _CODE.fullmatch(meant) else ""
        raise ValueError(f"{text!r} is not a procedure code: {wanted}{hint}")
    return text


def read_table(file: Path) -> list[Entry]:
    """The rows of a table, in the order of the file. Raises PolicyError with file and line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", str(file)) from None
    except ValueError:
        raise PolicyError("is not text in UTF-8", str(file)) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    entries: dict[str, Entry] = {}
    try:
        if next(reader, None) != COLUMNS:
            problem = f"the first line should be {','.join(COLUMNS)}"
            raise PolicyError(problem, f"{file}:1")
        for row in reader:
            entry = _entry(row)
            if entry.code in entries:
                raise ValueError(f"{entry.code} is listed twice")
            entries[entry.code] = entry
    except (ValueError, csv.Error) as error:
        raise PolicyError(str(error), f"{file}:{reader.line_num}") from None
    return list(entries.values())


def _entry(row: Sequence[str]) -> Entry:
    """A row of the table. Raises ValueError."""
    if len(row) != len(COLUMNS):
        raise ValueError(f"has {len(row)} columns; they are {','.join(COLUMNS)}")
    code, category, first_day, last_day, source = row
    check_code(code)
    try:
        entry = Entry(code, category_named(category), _day(first_day), _day(last_day), source)
    except ValueError as error:
        raise ValueError(f"{code}: {error}") from None
    if not source.strip():
        raise ValueError(f"{code} has no source")
    if entry.first_day and entry.last_day and entry.last_day < entry.first_day:
        raise ValueError(f"{code} ends before it starts")
    return entry


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{text!r} is not a date such as 2026-01-01") from None


def table_text(entries: Iterable[Entry]) -> str:
    """The table as text, in order of code."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in sorted(entries):
        days = [day.isoformat() if day else "" for day in (each.first_day, each.last_day)]
        writer.writerow([each.code, each.category.value, *days, each.source])
    return out.getvalue()
