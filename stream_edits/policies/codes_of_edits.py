"""The procedure codes that some edits of a policy name in one of its revisions, and which edits
these are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stream_edits.policies.edit_types import (
    Edit,
    EncounterEdit,
    Group,
    LineEdit,
    SupervisionEdit,
)
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.mode import EditMode


def codes_by_report(edits: Iterable[Edit], on_date: PolicyOnDate, npi: str = "") -> frozenset[str]:
    """The codes that edits which are enforced for a billing NPI price By Report."""
    declared = [
        edit.by_report(on_date)
        for edit in edits
        if isinstance(edit, LineEdit)
        and edit.by_report
        and on_date[edit.rules].mode_for(npi) is EditMode.ENFORCE
    ]
    return frozenset[str]().union(*declared)


def codes_supervised(edits: Iterable[SupervisionEdit], on_date: PolicyOnDate) -> frozenset[str]:
    """The codes that supervision edits name, whatever their modes."""
    return frozenset[str]().union(*(on_date.codes_of[edit.rules] for edit in edits))


class LineEdits(NamedTuple):
    """The line edits whose rules name a code. The others cannot have a finding on it."""

    single: tuple[LineEdit, ...] = ()
    pricing: tuple[LineEdit, ...] = ()


def line_edits_by_code(edits: Iterable[Edit], on_date: PolicyOnDate) -> dict[str, LineEdits]:
    """The line edits to run for each code that any of them names."""
    found: dict[str, LineEdits] = {}
    for edit in edits:
        if isinstance(edit, LineEdit) and on_date[edit.rules].mode is not EditMode.OFF:
            for code in on_date.codes_of[edit.rules]:
                single, pricing = found.get(code, LineEdits())
                if edit.group is Group.PRICING:
                    found[code] = LineEdits(single, (*pricing, edit))
                else:
                    found[code] = LineEdits((*single, edit), pricing)
    return found


class EncounterEdits(NamedTuple):
    """The encounter edits that may have a finding, as places in the policy's list of them.

    ``on_any`` are those that name no codes.
    """

    by_code: Mapping[str, Sequence[int]]
    on_any: Sequence[int]

    def of(self, code: str) -> Sequence[int]:
        """The edits that may have a finding on a line with a code."""
        return self.by_code.get(code, self.on_any)


def encounter_edits_by_code(
    edits: Sequence[EncounterEdit], on_date: PolicyOnDate
) -> EncounterEdits:
    """The encounter edits by the codes that they find something on."""
    by_code: dict[str, list[int]] = {}
    on_any: list[int] = []
    for place, edit in enumerate(edits):
        if on_date[edit.rules].mode is EditMode.OFF:
            continue
        found_on = edit.only_on(on_date) if edit.only_on else on_date.codes_of[edit.rules]
        for code in found_on:
            by_code.setdefault(code, []).append(place)
        if not found_on and edit.only_on is None:
            on_any.append(place)
    return EncounterEdits({code: [*own, *on_any] for code, own in by_code.items()}, on_any)
