"""What a plan's overlay changes, before and after, and what to look at twice."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from stream_edits.handbook.misspelt_documents import odd_entries
from stream_edits.handbook.summaries import Key, summaries
from stream_edits.handbook.unasked_documents import unasked_documents
from stream_edits.handbook.unknown_codes import unknown_codes, unknown_in_own_edits
from stream_edits.handbook.values_without_effect import in_vain
from stream_edits.policies.comparing.changes import (
    CONTENT_TABLE,
    Change,
    changes_between,
    steps_of_plan,
    terms_of,
)
from stream_edits.policies.content.content import Content
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.dated_value import DatedValue, in_force
from stream_edits.policies.values.differences import ABSENT, Item, in_words, value_at
from stream_edits.policies.values.mode import DEFAULTS
from stream_edits.strict_yaml import YamlSource

_NOT_LISTED = "not in the table"


class BeforeAndAfter(NamedTuple):
    """What is at the place of a change on one day, before it and after, in words."""

    before: str
    after: str

    @property
    def in_words(self) -> str:
        """Both in one: ``8 → 6``, or what is so either way."""
        if self.before == self.after:
            return f"{self.after}, unchanged"
        return f"{self.before} → {self.after}"


class Listed(NamedTuple):
    """A change with its place in the overlay (``file:line``), its reference, and both its days.

    ``at_start`` is the day on which it takes effect.
    """

    change: Change
    where: str
    reference: str
    at_start: BeforeAndAfter
    today: BeforeAndAfter


class Check(NamedTuple):
    """What a valid overlay changes, and the warnings on it, each with file and line.

    ``summaries`` say in a few words what each value that the overlay sets changes.
    """

    file: Path
    today: date
    versions: tuple[str, ...]
    summaries: dict[Key, str]
    changes: tuple[Listed, ...]
    warnings: tuple[str, ...]


def check_of(shipped: Policies, overlaid: Policies, file: Path, today: date) -> Check:
    """What the overlay in ``file`` changes of the shipped policies and of its own earlier steps."""
    source = YamlSource(file)
    changes = changes_between(shipped, overlaid)
    listed = (
        *(_listed(change, shipped, overlaid, source, today) for change in changes),
        *(
            _step(change, shipped, overlaid, source, today)
            for change in _further(changes, overlaid)
        ),
    )
    notes = [note for p in overlaid.all for values in p.values.values() for note in values.notes]
    terms = [policy.prompt_pay.written for policy in overlaid.all]
    notes += [note for written in terms if written is not None for note in written.notes]
    warnings = [
        *notes,
        *_removals(listed),
        *unknown_codes(shipped, overlaid, listed),
        *odd_entries(shipped, overlaid, listed),
        *unasked_documents(shipped, overlaid, listed),
        *in_vain(overlaid, listed),
        *unknown_in_own_edits(overlaid),
    ]
    versions = tuple(r.version for policy in overlaid.all for r in policy.revisions)
    return Check(file, today, versions, summaries(shipped, overlaid), listed, tuple(warnings))


def _listed(
    change: Change, shipped: Policies, overlaid: Policies, source: YamlSource, today: date
) -> Listed:
    if not change.edit_id or not change.name:
        return _of_policy(change, shipped, overlaid, source, today)
    own = in_force(_dated(overlaid, change), change.day or today)
    sides = _sides_of(change, shipped, overlaid)
    where = own.where(_as_indexes(own.value, change))
    return Listed(change, where, own.reference, sides(change.day or today), sides(today))


def _step(
    change: Change, shipped: Policies, overlaid: Policies, source: YamlSource, today: date
) -> Listed:
    """A change of the plan's own earlier value, which is what was before it."""
    sides = BeforeAndAfter(_in_words(change.before, change), _in_words(change.after, change))
    return _listed(change, shipped, overlaid, source, today)._replace(at_start=sides)


def _further(changes: list[Change], overlaid: Policies) -> Iterator[Change]:
    """The changes of the plan's own earlier values that are no change of the shipped ones."""
    known = {(change.day, change.place_by_keys) for change in changes}
    for change in steps_of_plan(overlaid):
        if (change.day, change.place_by_keys) not in known:
            yield change


def _of_policy(
    change: Change, shipped: Policies, overlaid: Policies, source: YamlSource, today: date
) -> Listed:
    """A change of the content table or of prompt-pay terms."""
    if change.name == CONTENT_TABLE or change.day is None:
        sides = BeforeAndAfter(
            *(_NOT_LISTED if x is ABSENT else x for x in (change.before, change.after))
        )
        return Listed(change, source.where((CONTENT_TABLE,)), "", sides, sides)
    both = [terms_of(each[change.policy_id]) for each in (shipped, overlaid)]

    def on(day: date) -> BeforeAndAfter:
        values = [in_force(each, day) if each else ABSENT for each in both]
        return BeforeAndAfter(*(_in_words(value_at(each, change.path), change) for each in values))

    written = overlaid[change.policy_id].prompt_pay.written
    own = in_force(written.dated, change.day) if written and written.dated else None
    if own is None:
        return Listed(change, source.where(("policies",)), "", on(change.day), on(today))
    where = own.where(_as_indexes(own.value, change))
    return Listed(change, where, own.reference, on(change.day), on(today))


def _dated(policies: Policies, change: Change) -> dict[date, DatedValue]:
    return policies[change.policy_id].values[change.edit_id].dated.get(change.name, {})


def _sides_of(
    change: Change, shipped: Policies, overlaid: Policies
) -> Callable[[date], BeforeAndAfter]:
    """What is at the place of the change, by day."""

    def one(policies: Policies, day: date) -> str:
        values = policies[change.policy_id].values[change.edit_id]
        read = getattr(policies[change.policy_id].on(day)[values.rules], change.name)
        if isinstance(read, Content) and change.path:
            category = read.category_of(str(change.path[0]))
            return category.value if category else _NOT_LISTED
        dated = _dated(policies, change)
        if not dated or (change.name in DEFAULTS and day < min(dated)):
            # A default, which has no entry that a path could lead to.
            return _in_words(ABSENT if change.path and not read else read, change)
        return _in_words(value_at(in_force(dated, day).value, change.path), change)

    return lambda day: BeforeAndAfter(one(shipped, day), one(overlaid, day))


def _in_words(value: Any, change: Change) -> str:
    if change.path and isinstance(change.path[-1], Item) and not isinstance(value, dict):
        return "not listed" if value is ABSENT else "listed"
    return in_words(value)


def _as_indexes(value: Any, change: Change) -> tuple[Any, ...]:
    """The path of a change as far as it leads in the value, with places for entries of lists."""
    path: list[Any] = []
    for length, step in enumerate(change.path):
        inside = value_at(value, change.path[: length + 1])
        if inside is ABSENT:
            break
        entries = value_at(value, change.path[:length])
        path.append(entries.index(inside) if isinstance(step, Item) else step)
    return tuple(path)


def _removals(listed: tuple[Listed, ...]) -> Iterator[str]:
    """A warning for each value that the overlay takes entries or keys from."""
    found: dict[tuple[str, str, date | None], list[str]] = {}
    places: dict[tuple[str, str, date | None], Listed] = {}
    for each in listed:
        change = each.change
        gone = [] if change.name == CONTENT_TABLE else _gone(each, listed)
        if gone:
            key = (change.shown, change.name, change.day)
            places.setdefault(key, each)
            found.setdefault(key, []).extend(gone)
    for (shown, name, day), removed in found.items():
        each = places[shown, name, day]
        yield f"{each.where}: {shown}.{name}: removed from {day} on: {', '.join(removed)}"


def _removes(each: Listed, listed: tuple[Listed, ...]) -> bool:
    change = each.change
    if each.at_start.after == _NOT_LISTED:
        return True
    if not change.is_removal:
        return False
    # A reason code in place of another is a change, and no removal.
    beside = change.path[:-1]
    return not any(
        other.change.before is ABSENT
        and other.change.place == change.place
        and other.change.day == change.day
        and beside
        and beside[-1] in ("rarcs", "requests")
        for other in listed
    )


def _gone(each: Listed, listed: tuple[Listed, ...]) -> list[str]:
    """What a change takes out, in words: its own place, or entries of a list that it replaces."""
    change = each.change
    if isinstance(change.before, list) and isinstance(change.after, list):
        return [in_words(entry) for entry in change.before if entry not in change.after]
    if not _removes(each, listed):
        return []
    if change.path and not isinstance(change.path[-1], Item):
        keys = [step.key if isinstance(step, Item) else step for step in change.path]
        was = "" if change.before is ABSENT else f" (was {in_words(change.before)})"
        return [" ".join(map(str, keys)) + was]
    return [in_words(change.before)]
