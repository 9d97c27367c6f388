"""Lays a plan's dated value over the value that would be in force on its day without it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from stream_edits.policies.values.dated_value import DatedValue
from stream_edits.policies.values.differences import ABSENT
from stream_edits.policies.values.edit_file import PlanDated
from stream_edits.policies.values.merging import CannotMerge, Merging
from stream_edits.strict_yaml import YamlError, YamlSource

_IN_VAIN = "changes nothing: the value is already so"


def plans_value(
    change: PlanDated, day: date, source: YamlSource, at: tuple[Any, ...], below: DatedValue | None
) -> DatedValue:
    """A plan's value as it is written at a path of a file, over what would be in force."""
    own = DatedValue(day, change.value, change.reference, source, at, below)
    return own._replace(written=own.value, replaces=change.replace, is_plans=True)


def merged(
    own: DatedValue, wrong: Callable[[DatedValue], YamlError | None] = lambda own: None
) -> tuple[DatedValue, tuple[str, ...]]:
    """A plan's value merged into the one below it, and what in it has no effect.

    ``wrong`` says what is wrong with the value as it is written, if anything. It is asked when the
    value does not merge. Raises PolicyError for one that does not.
    """
    notes: list[str] = []
    if not own.replaces:
        merging = Merging()
        base = ABSENT if own.below is None else own.below.value
        try:
            own = own._replace(value=merging.merge(base, own.written))
        except CannotMerge as refused:
            where = (*own.at, *refused.path)
            raise (wrong(own) or own.source.fail(where, refused.problem)) from None
        notes += [str(own.source.fail((*own.at, *path), note)) for path, note in merging.notes]
    if own.below is not None and own.value == own.below.value:
        notes.append(str(own.source.fail(own.at, _IN_VAIN)))
    return own, tuple(notes)


def ended(by_date: Mapping[date, DatedValue]) -> Iterator[str]:
    """A note for each plan's value that a later shipped one overrides."""
    for own in by_date.values():
        later = [each for day, each in sorted(by_date.items()) if day > own.day]
        ends = next((each for each in later if each.shipped is not None), None)
        if own.is_plans and ends is not None and not own.holds_in(ends):
            shipped = ends.shipped or ends
            yield str(
                own.source.fail(
                    own.at[:-1],
                    f"holds until {ends.day - timedelta(days=1)} only: from {ends.day} on the "
                    f"shipped value holds ({shipped.where()}). To keep the change, write it "
                    f"under {ends.day} too",
                )
            )
