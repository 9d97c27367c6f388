"""Looks up what a procedure code means.

A code keeps its category outside its days. A code that is not in the table, or that the table
lists as unclassified, counts as a drug in the ranges where HCPCS puts drugs: the one place where a
range serves, for what nobody has classified yet.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.table import FILE, Entry, read_table

# First and last code, by first letter.
DRUG_RANGES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "J": (("J0120", "J9999"),),
    "Q": (
        ("Q0138", "Q0249"),
        ("Q2009", "Q2058"),
        ("Q5098", "Q5199"),
        ("Q9941", "Q9999"),
    ),
    "C": (("C9000", "C9399"),),
}


class Content:
    """The content table, with a plan's changes of single codes.

    ``changes`` are these changes: a category for a code, or None for one that was removed.
    """

    def __init__(
        self, entries: Iterable[Entry], changes: Mapping[str, Category | None] | None = None
    ) -> None:
        self.entries = {entry.code: entry for entry in entries}
        self.changes = dict(changes or {})
        categories: dict[str, Category | None] = {
            entry.code: entry.category for entry in self.entries.values()
        }
        categories |= self.changes
        self._categories = {
            code: category
            for code, category in categories.items()
            if category is not None and category is not Category.UNCLASSIFIED
        }
        self._drugs = frozenset(c for c, category in self._categories.items() if category.is_drug)
        self._codes: dict[tuple[Category, ...], frozenset[str]] = {}

    def category_of(self, code: str) -> Category | None:
        """The category of a code, None if it is not in the table or not classified."""
        return self._categories.get(code)

    def codes(self, *categories: Category) -> frozenset[str]:
        """The codes of any of these categories."""
        found = self._codes.get(categories)
        if found is None:
            pairs = self._categories.items()
            found = frozenset(code for code, category in pairs if category in categories)
            self._codes[categories] = found
        return found

    def is_drug(self, code: str) -> bool:
        """Whether a code bills a parenteral drug, also one that nobody has classified yet."""
        return code in self._drugs or self.is_unclassified_drug(code)

    def is_unclassified_drug(self, code: str) -> bool:
        """Whether a code without a category is in a range of HCPCS that holds drugs."""
        ranges = DRUG_RANGES.get(code[:1])
        if ranges is None or len(code) != 5 or code in self._categories or not code[1:].isdigit():
            return False
        return any(first <= code <= last for first, last in ranges)

    def added(self) -> list[str]:
        """The codes that the plan's changes add to the table, in order."""
        return sorted(code for code in self._categories if code not in self.entries)

    def unclassified(self) -> list[str]:
        """The codes that the table lists and that have no category yet, in order."""
        return sorted(
            code
            for code, entry in self.entries.items()
            if entry.category is Category.UNCLASSIFIED and code not in self.changes
        )

    def changed(self, changes: Mapping[str, Category | None]) -> "Content":
        """The same table with other changes: a category for a code, or None to remove it."""
        return Content(self.entries.values(), changes) if changes else self


@cache
def packaged_content() -> Content:
    """The content of the table in this package."""
    return Content(read_table(FILE))
