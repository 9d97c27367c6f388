"""Codes in an overlay that nothing knows, such as ``9636l`` for ``96361``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from stream_edits.handbook.overlay_strings import (
    PROCEDURE,
    beside,
    documents_in,
    documents_of,
    misspelt,
    named_by,
    strings,
)
from stream_edits.policies.comparing.changes import Change
from stream_edits.policies.content.content import Content
from stream_edits.policies.loading.catalog import VOCABULARY
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.dated_value import DatedValue
from stream_edits.policies.values.differences import Item
from stream_edits.policies.values.merging import likely, look_alike

if TYPE_CHECKING:
    from stream_edits.handbook.overlay_check import Listed

# Four of five characters in their order.
_ALIKE = 0.8
# What may have been meant for one.
_LIKE_ONE = re.compile(r"(?=.*[0-9])[0-9A-Za-z]{4,6}")
# The values of shapes that name procedure codes, and those that are given by code.
_CODES = {"codes", "not_with"}
_BY_CODE = {"maximum_units", "further_codes", "sections"}


def unknown_codes(
    shipped: Policies, overlaid: Policies, listed: Iterable["Listed"]
) -> Iterator[str]:
    """A warning for each code that a change names and that nothing else knows.

    Known are the codes of the content table, those that the shipped policy names anywhere, and
    those that the overlay defines in the vocabulary. Only values that name procedure codes are
    looked at.
    """
    named = {policy.id: named_by(policy) for policy in shipped.all}
    known = {p.id: named[p.id] | _known(p, overlaid[p.id]) for p in shipped.all}
    for each in listed:
        change = each.change
        if not change.edit_id or not change.name or change.policy_id not in known:
            continue
        near = beside(shipped[change.policy_id], change)
        if not any(PROCEDURE.fullmatch(code) for code in near):
            continue
        for code in _named(change, near):
            if code not in known[change.policy_id] and code not in near:
                small = {code.upper()} & known[change.policy_id]
                meant = _near(code, small or near, named[change.policy_id])
                yield (
                    f'{each.where}: {change.shown}.{change.name}: nothing knows the code "{code}": '
                    f"it is neither in the content table nor anywhere in the policy{meant}"
                )


def unknown_in_own_edits(policies: Policies) -> Iterator[str]:
    """A warning for each code in a plan's own edits that nothing else knows, and for each document
    that is spelled unlike one that is known."""
    shipped = [policy for policy in policies.all if not policy.about.is_own]
    known = {code for policy in shipped for code in named_by(policy) | _known(policy, policy)}
    kinds = {kind for policy in shipped for kind in documents_of(policy)}
    for policy in policies.all:
        if not policy.about.is_own:
            continue
        for edit_id, values in policy.values.items():
            for name, day, each in _as_written(values):
                at = f"{each.where()}: {edit_id}.{name} of {day}"
                for code in _codes_below(name, each.value):
                    if code not in known:
                        near = _near(code, set(), known)
                        yield (
                            f'{at}: nothing knows the code "{code}": it is neither in the content '
                            f"table nor anywhere in a packaged policy{near}"
                        )
                for problem in misspelt(documents_in(name, each.value), kinds):
                    yield f"{at}: {problem}"


def _as_written(values: EditValues) -> Iterator[tuple[str, date, DatedValue]]:
    """The values of an own edit itself, without those of an overlay."""
    for name, by_date in values.dated.items():
        for day, each in by_date.items():
            if not each.is_plans:
                yield name, day, each


def _codes_below(name: str, value: Any) -> list[str]:
    """The procedure codes that a value of a shape names."""
    if name in _CODES:
        return list(strings(value))
    return list(value) if name in _BY_CODE and isinstance(value, Mapping) else []


def _known(shipped: Policy, overlaid: Policy) -> set[str]:
    """The codes of the content table, and those that a plan defines in the vocabulary."""
    found = {code for each in shipped.revisions for code in each.governed}
    rules = overlaid.revisions[-1]
    for each in rules.values():
        for name in type(each).model_fields:
            value = getattr(each, name)
            if isinstance(value, Content):
                found |= {*value.entries, *value.changes}
    vocabulary = overlaid.values.get(VOCABULARY)
    if vocabulary is not None:
        for by_date in vocabulary.dated.values():
            keys = {k for x in by_date.values() if isinstance(x.value, Mapping) for k in x.value}
            found |= {key for key in keys if isinstance(key, str) and PROCEDURE.fullmatch(key)}
    return found


def _named(change: Change, near: set[str]) -> Iterator[str]:
    """What a change names that may be a code: a new key, a new entry, or what is new below.

    A new key or entry is looked at whatever it is where all that is beside it are codes.
    """
    key = change.path[-1] if change.path else None
    named = set(strings(change.after))
    if isinstance(key, str):
        named.add(key)
    elif isinstance(key, Item):
        named.add(str(key.key))
    only_codes = all(PROCEDURE.fullmatch(each) for each in near)
    at = {str(key.key) if isinstance(key, Item) else str(key)} if only_codes and key else set()
    yield from sorted(each for each in named if _LIKE_ONE.fullmatch(each) or each in at)


def _near(code: str, near: set[str], named: set[str]) -> str:
    """The code that was probably meant: one that looks the same, one beside it, or another one."""
    same = look_alike(code)
    meant = same if same in near | named else likely(code, near) or likely(code, named)
    is_like = meant and SequenceMatcher(None, code, meant).ratio() >= _ALIKE
    return f'; did you mean "{meant}"?' if is_like else ""
