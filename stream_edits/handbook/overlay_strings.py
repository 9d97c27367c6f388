"""The strings in the values of policies and overlays: codes and documents."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from stream_edits.policies.comparing.changes import Change
from stream_edits.policies.policy import Policy
from stream_edits.policies.values.dated_value import in_force
from stream_edits.policies.values.differences import value_at
from stream_edits.policies.values.merging import is_outcome, likely

_ALIKE = 0.75
# CPT and HCPCS.
PROCEDURE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from strings(key)
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def named_by(policy: Policy) -> set[str]:
    """Every string in the values of a policy, codes among them, but for reason codes."""
    return {
        string
        for values in policy.values.values()
        for by_date in values.dated.values()
        for each in by_date.values()
        for string in strings(_without_reasons(each.value))
    }


def _without_reasons(value: Any) -> Any:
    """A value without its outcomes, which name no codes of services."""
    if isinstance(value, Mapping):
        inner = {key: _without_reasons(each) for key, each in value.items()}
        return {} if is_outcome(value) else inner
    return value


def beside(policy: Policy, change: Change) -> set[str]:
    """The strings of the mapping or list that the change is in, as shipped."""
    dated = policy.values[change.edit_id].dated.get(change.name)
    if not dated or change.day is None:
        return set()
    value = in_force(dated, change.day).value
    return set(strings(value_at(value, change.path[:-1])))


def documents_in(name: str, value: Any) -> list[str]:
    """The documents that a value names: what an outcome requests, or a list of documents."""
    if isinstance(value, Mapping):
        value = value.get("requests", [])
    elif not _lists_documents(name):
        return []
    return list(strings(value))


def _lists_documents(name: str) -> bool:
    return name == "documents" or name.endswith("_documents")


def documents_of(policy: Policy) -> set[str]:
    """Every document that the values of a policy name."""
    return {
        document
        for values in policy.values.values()
        for name, by_date in values.dated.items()
        for each in by_date.values()
        for document in documents_in(name, each.value)
    }


def misspelt(documents: Iterable[str], known: set[str]) -> Iterator[str]:
    """A warning for each document that is not known and that resembles a known one."""
    for document in documents:
        meant = None if document in known else likely(document, known)
        if meant and _differ_in_spelling(document, meant):
            yield f"the document {document} is not known; did you mean {meant}?"


def _differ_in_spelling(one: str, other: str) -> bool:
    """Whether each word is like the other's word, unlike ``medical_records`` and its necessity."""
    ours, theirs = (re.split(r"[_\s-]+", each.strip().lower()) for each in (one, other))
    return len(ours) == len(theirs) and all(
        SequenceMatcher(None, a, b).ratio() >= _ALIKE for a, b in zip(ours, theirs, strict=True)
    )
