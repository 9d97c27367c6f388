"""Adjustments as lines of JSON or CSV (docs/remittance.md)."""

import json
import math
from decimal import Decimal

from stream_edits.remittance.adjustments import Adjustment
from stream_edits.text import csv_line

COLUMNS = Adjustment._fields


def to_json(adjustment: Adjustment) -> str:
    """One line of JSON without a newline. Numbers are numbers; units that are none become null."""
    return json.dumps({name: _in_json(value) for name, value in adjustment._asdict().items()})


def csv_heading() -> str:
    """The first line of a CSV file, with a newline."""
    return csv_line(COLUMNS)


def to_csv(adjustment: Adjustment) -> str:
    """One line of CSV with a newline. RARCs have a blank between them; null is empty.

    Amounts have two places, and no number has an exponent.
    """
    return csv_line(tuple(_in_csv(value) for value in adjustment))


def _in_json(value: object) -> object:
    if isinstance(value, Decimal):
        # A charge has at most 12 digits: a float holds and prints them exactly.
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _in_csv(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float):
        value = Decimal(repr(value)).normalize()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return " ".join(value) if isinstance(value, tuple) else str(value)
