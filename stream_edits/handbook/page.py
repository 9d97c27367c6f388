"""`policy show`: the page of one edit for claims analysts, in plain text."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from stream_edits.handbook.entry import EditEntry, all_entries
from stream_edits.handbook.wording import outcome_in_words, value_in_words
from stream_edits.policies.edit_types import Edit, EncounterEdit, Group, Scope
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.reason_codes import codes_of, reason_codes
from stream_edits.policies.values.rules import Outcome
from stream_edits.policies.values.x12_codes import group_code
from stream_edits.text import wrap as paragraph

_LOOKS_AT = {
    Group.FORM: "the claim's form",
    Group.SINGLE_LINE: "one line at a time",
    Group.DUPLICATE: "the lines",
    Group.TIME: "the documented times",
    Group.WRONG_USE: "the codes",
    Group.SUPPLIES: "the supplies",
    Group.SEQUENCE: "the sequence",
    Group.INCIDENTAL: "the incidental services",
    Group.UNITS: "the units",
    Group.PRICING: "what is left of a line after every other edit",
    Group.SUPERVISION: "a supervisor's time, across members",
}
_OF_SCOPE = {
    Scope.ENCOUNTER: "of an encounter",
    Scope.DAY: "of all visits of a day",
    Scope.MEMBER: "of all claims of a member's encounters",
}


def entry_named(policies: Policies, edit_id: str) -> EditEntry:
    """The edit with that id, or with that policy and id (``6.1/an-edit``).

    Raises PolicyError for an unknown or ambiguous id. The error lists similar or matching ids.
    """
    listed = all_entries(policies)
    wanted = edit_id.strip().lower().replace("_", "-")
    meant = [e for e in listed if wanted in (e.id, f"{e.policy.id}/{e.id}".lower())]
    if len(meant) > 1:
        names = ", ".join(f"{entry.policy.id}/{entry.id}" for entry in meant)
        raise PolicyError(f"several policies have an edit {edit_id!r}: {names}")
    if meant:
        return meant[0]
    known = {entry.id for entry in listed}
    words = set(wanted.split("-"))
    near = get_close_matches(wanted, sorted(known), n=5, cutoff=0.55)
    alike = (name for name in sorted(known) if wanted in name or words & set(name.split("-")))
    near = list(dict.fromkeys([*near, *alike]))
    hint = f"near it: {', '.join(near[:5])}" if near else f"there are: {', '.join(sorted(known))}"
    raise PolicyError(f"there is no edit {edit_id!r}; {hint}")


def page(entry: EditEntry, overlay: Path | None = None) -> str:
    """The page of an edit. Values from the overlay are marked."""
    blocks = [
        _head(entry),
        ["The policy says", *paragraph(entry.values.file.text, "  ")],
        list(_choices(entry)),
        list(_values(entry, overlay)),
        list(_reasons(entry)),
        list(_cases(entry)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def page_as_json(entry: EditEntry, overlay: Path | None = None) -> str:
    """The page of an edit as one JSON object. Values are as they are written in YAML."""
    file = entry.values.file
    values = [
        {
            "name": name,
            "from": each.day.isoformat(),
            "value": each.written,
            "in_words": value_in_words(each.read),
            "reference": each.reference,
            "file": each.file.name,
            "overlay": each.file == overlay,
        }
        for name, history in entry.dated()
        for each in history
    ]
    fields = {
        "id": entry.id,
        "policy": entry.policy.id,
        "title": file.title,
        "section": file.section,
        "text": file.text,
        "choices": file.choices,
        "values": values,
        "cases": [each._asdict() for each in entry.cases],
    }
    return json.dumps(fields, ensure_ascii=False, default=str) + "\n"


def _head(entry: EditEntry) -> list[str]:
    file = entry.values.file
    lines = [*paragraph(f"{entry.id}: {file.title}"), file.section]
    if entry.edit is not None:
        lines += paragraph(f"Looks at {_looks_at(entry.edit)}. {entry.does}")
    if file.shape:
        lines.append(f"Shape: {file.shape}")
    return lines


def _looks_at(edit: Edit) -> str:
    """What an edit gets at once, in words."""
    if isinstance(edit, EncounterEdit):
        return f"{_LOOKS_AT[edit.group]} {_OF_SCOPE[edit.scope]}"
    return _LOOKS_AT[edit.group]


def _choices(entry: EditEntry) -> Iterator[str]:
    if entry.values.file.choices:
        yield "Choices where the policy is silent"
        for choice in entry.values.file.choices:
            yield from paragraph(choice, "    ", "  - ")


def _values(entry: EditEntry, overlay: Path | None) -> Iterator[str]:
    yield "Values, each in force from its date until the next"
    for name, history in entry.dated():
        yield f"  {name}"
        for each in history:
            mark = f" (overlay {each.file.name})" if each.file == overlay else ""
            yield from paragraph(value_in_words(each.read), " " * 8, f"    {each.day}{mark}  ")
            yield from paragraph(each.reference, " " * 8, "        source: ")


def _reasons(entry: EditEntry) -> Iterator[str]:
    headings: dict[str, Outcome] = {
        f"{name} ({' · '.join(filter(None, words))})": outcome
        for name, _, outcome in entry.outcomes()
        for words in [(outcome_in_words(outcome), entry.waits_for(outcome))]
    }
    if headings:
        yield "Reasons"
    for heading, outcome in headings.items():
        yield from paragraph(heading, "    ", "  ")
        for kind, code in codes_of(outcome):
            known = reason_codes().get((kind, code))
            meaning = known.meaning if known else "For the meaning see the X12 list."
            name = f"{kind.upper()} {code}"
            yield from paragraph(meaning, " " * 14, f"    {name:<9} ")
        group = group_code(outcome.carc)
        if group:
            yield f"    Group {group}"


def _cases(entry: EditEntry) -> Iterator[str]:
    yield f"Golden cases ({len(entry.cases)})"
    for case in entry.cases:
        yield from paragraph(f"{case.name} ({case.section})", "    ", "  - ")
