"""What may answer a finding of an edit, besides what the finding itself asks for or recommends."""

from collections.abc import Callable
from dataclasses import dataclass

from stream_edits.policies.on_date import PolicyOnDate

# The codes, modifiers or documents for a billed code, the best one first.
ForCode = Callable[[PolicyOnDate, str], tuple[str, ...]]


def _nothing(policy: PolicyOnDate, code: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways out that an edit declares, so that the search for remedies need not know it by name.

    ``forms`` are other codes of the same service, by its place in the sequence; ``services`` those
    of which any one lets a held line pass when it is billed as well. ``modifiers`` and
    ``documents`` go with the line if the record supports them, and so does the modifier of a second
    visit, with ``second_visit``: the edit judges the visits of a day apart. None of them is taken
    as true: each is tried.
    """

    forms: ForCode = _nothing
    services: ForCode = _nothing
    services_in_words: str = ""
    modifiers: ForCode = _nothing
    documents: ForCode = _nothing
    second_visit: bool = False


NO_WAYS = Ways()
