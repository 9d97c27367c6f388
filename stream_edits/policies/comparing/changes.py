"""What differs between two sets of policies, as small as a plan would change it.

A change is one key of a mapping, one entry of a list, or one value, from a day on.
``policies/comparing/reverting.py`` builds the policies again with some of the changes reverted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.dated_value import DatedValue, in_force
from stream_edits.policies.values.differences import (
    ABSENT,
    Difference,
    Item,
    Path,
    differences,
    in_words,
    place_in_words,
    value_at,
)
from stream_edits.policies.values.mode import WRITTEN_DEFAULTS

CONTENT_TABLE = "content_table"
PROMPT_PAY = "prompt_pay"
_THERE = "there"


class Change(NamedTuple):
    """One difference between two sets of policies, from ``day`` until before ``until``.

    ``edit_id`` is empty for the prompt-pay terms of a policy, ``policy_id`` too for the content
    table. ``shown`` names the edit, with its policy if two have an edit of that id. ``name`` is the
    value's, ``path`` leads to the place within it; ``name`` is empty where only one of the sets
    has the edit or policy. ``before`` and ``after`` are as written in YAML, or ABSENT. ``day`` is
    None where no date says from when.
    """

    policy_id: str
    edit_id: str
    shown: str
    name: str
    day: date | None
    until: date | None
    path: Path
    before: Any
    after: Any

    @property
    def label(self) -> str:
        """``an-edit.maximum_units["96361"] 2026-01-01: 4 → 6``.

        No two changes of a comparison have the same.
        """
        day = f" {self.day}" if self.day else ""
        return f"{self.place}{day}: {self.difference}"

    @property
    def place(self) -> str:
        """Where the change is: edit, value, and the keys within it."""
        return ".".join(filter(None, (self.shown, self.name))) + place_in_words(self.path)

    @property
    def place_by_keys(self) -> str:
        """Where the change is, with entries of lists by their keys."""
        return f"{self.policy_id} {self.edit_id} {self.name} {_keys(self.path)}"

    @property
    def difference(self) -> str:
        """What changes, without where and when: ``4 → 6``, ``added 19``."""
        if self.path and isinstance(self.path[-1], Item):
            if self.before is ABSENT:
                return f"added {in_words(self.after)}"
            if self.after is ABSENT:
                return f"removed {in_words(self.before)}"
        return f"{in_words(self.before)} → {in_words(self.after)}"

    @property
    def is_removal(self) -> bool:
        """Whether something that was there is gone."""
        return self.after is ABSENT

    def holds_on(self, day: date) -> bool:
        """Whether the two sets differ so for a date of service that has a value of its own."""
        begun = self.day is None or self.day <= day
        return begun and (self.until is None or day < self.until)


def changes_between(baseline: Policies, candidate: Policies) -> list[Change]:
    """Every change that leads from one set of policies to the other, in order."""
    found = list(_table_changes(table_of(baseline), table_of(candidate)))
    old = {policy.id: policy for policy in baseline.all}
    new = {policy.id: policy for policy in candidate.all}
    named = _named(candidate)
    for policy_id in [*old, *(each for each in new if each not in old)]:
        found += _policy_changes(policy_id, old.get(policy_id), new.get(policy_id), named)
    return found


def steps_of_plan(policies: Policies) -> Iterator[Change]:
    """Every change that leads from a plan's dated value to its next one, also where that is as
    shipped again."""
    named = _named(policies)
    for policy in policies.all:
        for edit_id, values in policy.values.items():
            shown = _shown(policy.id, edit_id, named)
            for name, by_date in values.dated.items():
                for day, until, each in _steps(by_date, _reader(policy, values, name)):
                    yield Change(policy.id, edit_id, shown, name, day, until, *each)
        terms = policy.prompt_pay.written
        for day, until, each in _steps(terms.dated if terms else {}):
            yield Change(policy.id, "", policy.id, PROMPT_PAY, day, until, *each)


def _named(policies: Policies) -> Mapping[str, int]:
    """How many policies have an edit of an id."""
    return Counter(edit_id for policy in policies.all for edit_id in policy.values)


def _shown(policy_id: str, edit_id: str, named: Mapping[str, int]) -> str:
    return f"{policy_id}/{edit_id}" if named[edit_id] > 1 else edit_id


def table_of(policies: Policies) -> dict[str, str]:
    """The category of each code in the content table that the policies are read with."""
    values = next(each for policy in policies.all for each in policy.values.values())
    return {code: entry.category.value for code, entry in values.content.entries.items()}


def _table_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for each in differences(old, new):
        yield Change("", "", "", CONTENT_TABLE, None, None, *each)


def _policy_changes(
    policy_id: str, old: Policy | None, new: Policy | None, named: Mapping[str, int]
) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(policy_id, "", policy_id, "", None, None, (), *_presence(old, new))
        return
    for edit_id in [*old.values, *(each for each in new.values if each not in old.values)]:
        shown = _shown(policy_id, edit_id, named)
        was, becomes = old.values.get(edit_id), new.values.get(edit_id)
        if was is None or becomes is None:
            sides = _presence(was, becomes)
            yield Change(policy_id, edit_id, shown, "", None, None, (), *sides)
            continue
        for name in [*was.dated, *(each for each in becomes.dated if each not in was.dated)]:
            timelines = (written(was, name), written(becomes, name))
            for day, until, each in _over_time(*timelines, _reader(new, becomes, name)):
                yield Change(policy_id, edit_id, shown, name, day, until, *each)
    for day, until, each in _over_time(terms_of(old), terms_of(new)):
        yield Change(policy_id, "", policy_id, PROMPT_PAY, day, until, *each)


def _presence(old: object, new: object) -> list[Any]:
    return [ABSENT if each is None else _THERE for each in (old, new)]


def _reader(policy: Policy, values: EditValues, name: str) -> Callable[[date], Any]:
    """How to get the value as it was read, on a date."""
    return lambda day: getattr(policy.on(day)[values.rules], name)


def written(values: EditValues, name: str) -> dict[date, Any]:
    """The values of that name as they are written, by the day from which they hold.

    What every edit has holds from the first day of all, if nothing else is written.
    """
    dated = {day: each.value for day, each in values.dated.get(name, {}).items()}
    return {date.min: WRITTEN_DEFAULTS[name], **dated} if name in WRITTEN_DEFAULTS else dated


def terms_of(policy: Policy) -> dict[date, Any]:
    """The prompt-pay terms of a policy as they are written, by the day from which they hold."""
    return {day: term.model_dump(mode="json") for day, term in policy.prompt_pay.terms.items()}


_Period = tuple[date, date | None, Difference]


def _over_time(
    old: Mapping[date, Any],
    new: Mapping[date, Any],
    read: Callable[[date], Any] = lambda day: None,
) -> list[_Period]:
    """Each difference, with its first day and the first day without it."""
    found: list[_Period] = []
    lasting: dict[str, tuple[date, Difference]] = {}
    for day in sorted({*old, *new}):
        was, becomes = (in_force(each, day) if each else ABSENT for each in (old, new))
        now = {_known_by(each): each for each in differences(was, becomes, read(day))}
        for key in [key for key in lasting if key not in now]:
            start, each = lasting.pop(key)
            found.append((start, day, each))
        for key, each in now.items():
            lasting.setdefault(key, (day, each))
    found += [(start, None, each) for start, each in lasting.values()]
    return sorted(found, key=lambda period: period[0])


def _steps(
    by_date: Mapping[date, DatedValue], read: Callable[[date], Any] = lambda day: None
) -> Iterator[_Period]:
    """Each difference of a plan's value from the plan's own before it."""
    in_order = sorted(by_date.items())
    for place, (day, own) in enumerate(in_order):
        if not own.is_plans or own.below is None or not own.below.is_plans:
            continue
        for each in differences(own.below.value, own.value, read(day)):
            later = (x for x, value in in_order[place + 1 :] if _at(value, each) != each.after)
            yield day, next(later, None), each


def _at(value: DatedValue, each: Difference) -> Any:
    return value_at(value.value, each.path)


def _known_by(each: Difference) -> str:
    return repr((_keys(each.path), each.before, each.after))


def _keys(path: Path) -> list[Any]:
    return [step.key if isinstance(step, Item) else step for step in path]
