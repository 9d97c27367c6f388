"""Brings the content table up to date with a quarterly file of HCPCS Level II."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.content import DRUG_RANGES
from stream_edits.policies.content.hcpcs_file import HcpcsCode
from stream_edits.policies.content.table import Entry

# Where HCPCS lists what bears on drugs: the ranges of drugs, and these first letters. New codes
# elsewhere (supplies, orthotics, measures) are not taken in.
_SECTIONS = ("A95", "A96", "P90", "P91", "S00", "S01")
# Codes that ended longer ago than this before the newest code of the file are not taken in.
_TOO_OLD = timedelta(days=365)


class Update(NamedTuple):
    """A new table, and what the file changed in it.

    ``added`` are new codes, ``ended`` those with another last day than before, ``unclassified``
    the codes of the file that have no category in the new table.
    """

    entries: tuple[Entry, ...]
    added: tuple[HcpcsCode, ...]
    ended: tuple[Entry, ...]
    unclassified: tuple[HcpcsCode, ...]


def update(table: Iterable[Entry], file: Iterable[HcpcsCode], source: str) -> Update:
    """The table with the file's new codes (unclassified, with this source) and its days."""
    entries = {entry.code: entry for entry in table}
    codes = [each for each in file if each.code in entries or _bears_on_drugs(each.code)]
    oldest = _newest_day(codes) - _TOO_OLD
    added, ended = [], []
    for each in codes:
        before = entries.get(each.code)
        if before is None:
            if each.last_day is None or each.last_day >= oldest:
                entries[each.code] = Entry(
                    each.code, Category.UNCLASSIFIED, each.added, each.last_day, source
                )
                added.append(each)
            continue
        first_day = before.first_day or each.added
        after = before._replace(first_day=first_day, last_day=each.last_day)
        if after.last_day != before.last_day:
            ended.append(after)
        entries[each.code] = after
    named = [each for each in codes if each.code in entries]
    unclassified = [x for x in named if entries[x.code].category is Category.UNCLASSIFIED]
    return Update(
        tuple(entries[code] for code in sorted(entries)),
        tuple(added),
        tuple(ended),
        tuple(unclassified),
    )


def _bears_on_drugs(code: str) -> bool:
    ranges = DRUG_RANGES.get(code[0], ())
    return code.startswith(_SECTIONS) or any(first <= code <= last for first, last in ranges)


def _newest_day(codes: Sequence[HcpcsCode]) -> date:
    return max((each.added for each in codes if each.added), default=date.min + _TOO_OLD)
