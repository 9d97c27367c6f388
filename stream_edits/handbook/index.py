"""`docs edits`: generates docs/edits.md from the files of the edits."""

from collections.abc import Iterator
from typing import Any

from stream_edits.handbook.entry import EditEntry, entries
from stream_edits.handbook.wording import outcome_in_words, value_in_words
from stream_edits.policies.policy import Policies, Policy

_HEAD = """\
# The edits of policy {policy}

Written by `stream-edits docs edits`; do not edit. `stream-edits policy show EDIT` says more of
each, and `stream-edits policy coverage` goes the other way, from the policy's sentences to these.

| Edit | Paragraph | What it catches | Dispositions | Cases |
| --- | --- | --- | --- | --- |
"""


def index(policies: Policies) -> str:
    """The page for all policies, in order. The same files give the same text."""
    return "\n".join(_page(policy) for policy in policies.all)


def _page(policy: Policy) -> str:
    found = entries(policy)
    listed = sorted(found, key=lambda entry: entry.edit is None)
    rows = "".join(f"{_row(entry)}\n" for entry in listed)
    return (
        _HEAD.format(policy=policy.id) + rows + "".join(f"\n{_section(entry)}" for entry in listed)
    )


def _row(entry: EditEntry) -> str:
    file = entry.values.file
    cells = [
        f"[{entry.id}](#{entry.id})",
        file.section.removeprefix(f"{entry.policy.id} "),
        file.title,
        ", ".join(_dispositions(entry)),
        str(len(entry.cases)),
    ]
    return f"| {' | '.join(cells)} |"


def _dispositions(entry: EditEntry) -> list[str]:
    found = {outcome.disposition.value for _, _, outcome in entry.outcomes()}
    return [name for name in ("DENY", "PEND", "PASS") if name in found]


def _section(entry: EditEntry) -> str:
    file = entry.values.file
    lines = [
        f"## {entry.id}",
        "",
        f"{file.title}. {entry.does}",
        "",
        f"- Paragraph: {file.section}",
    ]
    lines += [f"- {line}" for line in _outcomes(entry)]
    lines += [f"- {line}" for line in _numbers(entry)]
    lines += ["- Cases:", *(f"  - {case.name} ({case.section})" for case in entry.cases)]
    return "\n".join(lines) + "\n"


def _outcomes(entry: EditEntry) -> Iterator[str]:
    for name, day, outcome in entry.outcomes():
        words = filter(None, (outcome_in_words(outcome), entry.waits_for(outcome)))
        yield f"`{name}` from {day}: {' · '.join(words)}"


def _numbers(entry: EditEntry) -> Iterator[str]:
    for name, history in entry.dated():
        for each in history:
            if _holds_number(each.written):
                yield f"`{name}` from {each.day}: {value_in_words(each.read)}"


def _holds_number(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_number(each) for each in value.values())
    if isinstance(value, list):
        return any(_holds_number(each) for each in value)
    return isinstance(value, int | float) and not isinstance(value, bool)
