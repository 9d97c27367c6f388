"""The mapping of 837P and 837I to claims: `table.csv`, as the reader follows it.

A place in the table is ``LOOP ELEMENT (CONDITIONS)`` in the words of the implementation guides:
``2300 CLM05-3`` is the third component of the fifth element of CLM in loop 2300, ``SV101-3..6`` are
four of them. In ``(NM101=82; NM108=XX)`` the first condition says whom the segment is about; where
another one does not hold, the field is stated, but not so that it can be used. A place without an
element is the whole segment, however often it stands. ``else`` leads to the next place where the
first is not stated. ``=`` is a rule of `claim.py`, and ``-`` no field in that form: `--enrich` may
state the field.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from stream_edits.domain.claim import ClaimForm

from .loops import short_name

_COLUMNS = {ClaimForm.CMS1500: "837P", ClaimForm.UB04: "837I"}
_RULE, _NONE, _ELSE = "=", "-", " else "
_PLACE = re.compile(
    r"(?P<loop>\d{4}[A-Z]{0,2}) (?P<segment>[A-Z][A-Z0-9]{1,2}?)(?P<element>\d\d)?"
    r"(?:-(?P<component>\d)(?:\.\.(?P<last>\d))?)?(?: \((?P<conditions>[^)]+)\))?"
)
_CONDITION = re.compile(r"[A-Z][A-Z0-9]{1,2}?(?P<element>\d\d)=(?P<value>\w+)")


class BadTable(Exception):
    """A cell of the table that is not a place, a rule or ``-``."""


class Row(NamedTuple):
    """A field of a record (claim, line, or beside them), and its cell for each form."""

    record: str
    field: str
    cells: dict[ClaimForm, str]


class FieldPlace(NamedTuple):
    """One place of a field: numbers of element and components as in X12, None for all of it."""

    field: str
    loop: str
    segment: str
    element: int | None
    component: int | None
    last: int | None
    conditions: tuple[tuple[int, str], ...]


# The places of one form, by the short name of the loop and segment.
Places = dict[str, dict[str, tuple[FieldPlace, ...]]]


def rows() -> Iterator[Row]:
    """The rows of the table, in its order."""
    with (Path(__file__).parent / "table.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cells = {form: row[column] for form, column in _COLUMNS.items()}
            yield Row(row["record"], row["field"], cells)


@cache
def places(form: ClaimForm) -> Places:
    """What to take where in a claim of the form."""
    found: dict[str, dict[str, tuple[FieldPlace, ...]]] = {}
    for row in rows():
        for place in places_in(row.field, row.cells[form]):
            of_loop = found.setdefault(short_name(place.loop), {})
            of_loop[place.segment] = (*of_loop.get(place.segment, ()), place)
    return found


def places_in(field: str, cell: str) -> Iterator[FieldPlace]:
    """The places that a cell names, the first choice first. Raises BadTable."""
    choices = [] if cell == _NONE or cell.startswith(_RULE) else cell.split(_ELSE)
    for text in choices:
        if text.startswith(_RULE):
            continue
        match = _PLACE.fullmatch(text)
        if match is None:
            raise BadTable(f"{field}: {text}")
        element, component, last = (
            int(match[part]) if match[part] else None for part in ("element", "component", "last")
        )
        conditions = tuple(_condition(field, each) for each in _parts(match["conditions"]))
        yield FieldPlace(
            field, match["loop"], match["segment"], element, component, last, conditions
        )


def _parts(conditions: str | None) -> list[str]:
    return conditions.split("; ") if conditions else []


def _condition(field: str, text: str) -> tuple[int, str]:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise BadTable(f"{field}: {text}")
    return int(match["element"]), match["value"]
