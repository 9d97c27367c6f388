"""The procedure codes that some edits of a policy name in one of its revisions."""

from collections.abc import Iterable

from stream_edits.policies.edit_types import Edit, LineEdit, SupervisionEdit
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
