"""Reads CMS's quarterly file of HCPCS Level II, as text of fixed width or as CSV.

The columns of the text are those of CMS's contractor record layout (HCPC…_recordlayout.txt):
code 1-5, record identification 11, short description 92-119, day added 269-276, last day 285-292.
The CSV is the sheet of the same file; its header may come after some lines of notes.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from stream_edits.policies.errors import PolicyError

# The first record of a procedure code; further ones only continue its description.
_FIRST_RECORD = "3"
# Further records of a code, and the records of modifiers.
_OTHER_RECORDS = {"4", "7", "8"}
_CODE = re.compile(r"[0-9A-Z]{5}")
_HEADER_WITHIN = 30
_CODE_COLUMN = "HCPC"
_COLUMNS = {"RECID", "SHORT DESCRIPTION", "ADD DT", "TERM DT"}
_DATE_FORMATS = {8: "%Y%m%d", 10: "%Y-%m-%d"}


class HcpcsCode(NamedTuple):
    """A procedure code of the file. A day that the file does not give is None."""

    code: str
    description: str
    added: date | None
    last_day: date | None


def read_hcpcs(file: Path) -> Iterator[HcpcsCode]:
    """Every procedure code of the file, one after the other. Raises PolicyError with its line."""
    try:
        start = file.open("rb").read(4)
        if start[:2] == b"PK":
            problem = "is an archive or a workbook: unpack it, or save its sheet as CSV"
            raise PolicyError(problem, str(file))
        with file.open(encoding="cp1252", errors="replace", newline="") as lines:
            head = list(islice(lines, _HEADER_WITHIN))
            lines.seek(0)
            header = _header_in(head)
            records = _fixed_width(lines, file) if header is None else _csv(lines, header, file)
            found = False
            for record in records:
                found = True
                yield record
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", str(file)) from None
    if not found:
        raise PolicyError("has no procedure code of HCPCS", str(file))


def _header_in(lines: Iterable[str]) -> int | None:
    """The number of lines before the header of a CSV, None if there is no header."""
    for number, line in enumerate(lines):
        if _CODE_COLUMN in [cell.strip().strip('"\ufeffï»¿').upper() for cell in line.split(",")]:
            return number
    return None


def _fixed_width(lines: Iterable[str], file: Path) -> Iterator[HcpcsCode]:
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if not text.strip("\x1a "):
            continue
        where = f"{file}:{number}"
        kind = text[10:11]
        if kind in _OTHER_RECORDS:
            continue
        if kind != _FIRST_RECORD:
            problem = "is not a HCPCS record: column 11 should be 3, 4, 7 or 8"
            raise PolicyError(problem, where)
        yield _record(text[:5], text[91:119], text[268:276], text[284:292], where)


def _csv(lines: Iterable[str], header: int, file: Path) -> Iterator[HcpcsCode]:
    rows = csv.reader(lines)
    try:
        for _ in range(header):
            next(rows)
        names = [name.strip('\ufeffï»¿" ').upper() for name in next(rows)]
        missing = sorted(_COLUMNS - set(names))
        if missing:
            raise PolicyError(f"has no column {', '.join(missing)}", f"{file}:{rows.line_num}")
        for row in rows:
            cells: Mapping[str, str] = dict(zip(names, row, strict=False))
            if cells.get("RECID", "").strip() != _FIRST_RECORD:
                continue
            values = [cells.get(name, "") for name in (_CODE_COLUMN, "SHORT DESCRIPTION")]
            days = [cells.get(name, "") for name in ("ADD DT", "TERM DT")]
            yield _record(values[0], values[1], days[0], days[1], f"{file}:{rows.line_num}")
    except csv.Error as error:
        raise PolicyError(f"is not readable as CSV: {error}", f"{file}:{rows.line_num}") from None


def _record(code: str, description: str, added: str, last_day: str, where: str) -> HcpcsCode:
    code = code.strip()
    if not _CODE.fullmatch(code):
        raise PolicyError("has no procedure code in its first column", where)
    return HcpcsCode(code, description.strip(), _day(added, where), _day(last_day, where))


def _day(text: str, where: str) -> date | None:
    text = text.strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, _DATE_FORMATS.get(len(text), "")).date()
    except ValueError:
        raise PolicyError("has a day that is not a date such as 20260101", where) from None
