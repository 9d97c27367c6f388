"""Strategies for single values."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from stream_edits.domain.normalized import clean_code, clean_diagnosis, clean_kind, clean_number

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
codes = texts.map(clean_code)
kinds = texts.map(clean_kind)
diagnoses = texts.map(clean_diagnosis)
numbers = texts.map(clean_number)
int32s = st.integers(-(2**31), 2**31 - 1)
int64s = st.integers(-(2**63), 2**63 - 1)
dates = st.dates()
# Any finite or infinite number. NaN is left out because it is not equal to itself.
units = st.floats(allow_nan=False)


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


wall_clocks = st.datetimes().map(_milliseconds)
instants = st.datetimes().map(_milliseconds).map(lambda moment: moment.replace(tzinfo=UTC))


def amounts(places: int) -> st.SearchStrategy[Decimal]:
    """Amounts of at most 12 digits, with ``places`` of them after the decimal point."""
    limit = 10**12 - 1
    return st.integers(-limit, limit).map(lambda n: Decimal(n).scaleb(-places))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None, or one of the values."""
    return st.none() | values


def several(values: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    """A tuple of ``least`` to three values."""
    return st.lists(values, min_size=least, max_size=3).map(tuple)
