"""Which changes of code lists can bear on some claims at all."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass

from stream_edits.policies.comparing.changes import Change
from stream_edits.policies.values.differences import Item

# How codes and provider ids are written, and no other word of a policy's values.
_CODE = re.compile(r"[0-9A-Z]{1,11}")
# Names of claims, events, members and papers, which are all different and hold no code.
_NAMES = re.compile(r".*(_id|_number)")


def relevant(changes: Sequence[Change], events: Iterable[object]) -> list[int]:
    """The numbers of the changes that may matter for these claims and reviews.

    The entry of a list that is a code matters only where a claim states a text with that code in
    it, but for leading zeros.
    """
    stated = "\n".join({text for event in events for text in _texts(event)})
    return [n for n, change in enumerate(changes) if _may_matter(change, stated)]


def _may_matter(change: Change, stated: str) -> bool:
    step = change.path[-1] if change.path else None
    key = step.key if isinstance(step, Item) else step
    if not isinstance(key, str) or not _CODE.fullmatch(key):
        return True
    return key.lstrip("0") in stated


def _texts(value: object) -> Iterator[str]:
    """Every text in a record, and in what it holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            if not _NAMES.fullmatch(field.name):
                yield from _texts(getattr(value, field.name))
