"""Policy values as text for people."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from stream_edits.policies.content.content import Content
from stream_edits.policies.values.rules import Outcome

_PROCEDURE = re.compile(r"(?=.{5}$)([A-Z]?)(\d+)")


def outcome_in_words(outcome: Outcome) -> str:
    """An outcome on one line: DENY · CARC 16 · RARC M77."""
    parts = [outcome.disposition.value]
    if outcome.carc:
        parts.append(f"CARC {outcome.carc}")
    if outcome.rarcs:
        parts.append(f"RARC {', '.join(outcome.rarcs)}")
    if outcome.requests:
        parts.append(f"asks for {', '.join(outcome.requests)}")
    if outcome.section:
        parts.append(f"cites {outcome.section}")
    return " · ".join(parts)


def value_in_words(value: Any) -> str:
    """Any policy value on one line. Code lists are sorted, with consecutive codes as ranges."""
    if isinstance(value, Outcome):
        return outcome_in_words(value)
    if isinstance(value, Content):
        changes = {code: each or "none" for code, each in sorted(value.changes.items())}
        return value_in_words(changes) if changes else "the content table"
    if isinstance(value, frozenset | set):
        return codes_in_words(str(each) for each in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {value_in_words(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_in_words(each) for each in value)
    if hasattr(value, "model_dump"):
        fields = value.model_dump(exclude_none=True).items()
        return ", ".join(f"{name} {value_in_words(each)}" for name, each in fields)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def codes_in_words(codes: Iterable[str]) -> str:
    """Sorted codes. Three or more consecutive procedure codes are a range: 96365-96368, J3490."""
    runs: list[list[str]] = []
    for code in sorted(set(codes)):
        if runs and _follows(runs[-1][-1], code):
            runs[-1].append(code)
        else:
            runs.append([code])
    rendered = (f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)
    return ", ".join(rendered) or "none"


def _follows(before: str, code: str) -> bool:
    one, other = _PROCEDURE.fullmatch(before), _PROCEDURE.fullmatch(code)
    if one is None or other is None:
        return False
    return one[1] == other[1] and int(one[2]) + 1 == int(other[2])
