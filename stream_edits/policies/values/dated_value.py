"""One dated value: as it is in force, as it is written, and where it is written."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

from stream_edits.policies.values.merging import ADD, CannotMerge, Merging
from stream_edits.strict_yaml import YamlError, YamlSource

V = TypeVar("V")
Path = tuple[Any, ...]


class DatedValue(NamedTuple):
    """A value that is in force from ``day`` on, in plain YAML values.

    It is written in ``source`` at the path ``at``. ``below`` is what would be in force without a
    plan's value; what is ``written`` was merged into it, unless it ``replaces`` the whole of it.
    """

    day: date
    value: Any
    reference: str
    source: YamlSource
    at: Path
    below: "DatedValue | None" = None
    written: Any = None
    replaces: bool = False
    is_plans: bool = False

    @property
    def shipped(self) -> "DatedValue | None":
        """The shipped value of the same day, None if there is none."""
        if not self.is_plans:
            return self
        below = self.below
        return below.shipped if below is not None and below.day == self.day else None

    def holds_in(self, later: "DatedValue") -> bool:
        """Whether a later value still has all that this one changes."""
        if self.replaces:
            return bool(later.value == self.value)
        try:
            return bool(Merging(again=True).merge(later.value, self.written) == later.value)
        except CannotMerge:
            return False

    def fail(self, path: Path, problem: str) -> YamlError:
        """The error at a path within the value, with the file and line that say it."""
        value, walked = self._placed(path)
        return value.source.fail((*value.at, *walked), problem)

    def where(self, path: Path = ()) -> str:
        """File and line of what is at a path within the value."""
        value, walked = self._placed(path)
        return value.source.where((*value.at, *walked))

    def _placed(self, path: Path) -> tuple["DatedValue", Path]:
        """The value that says what is at a path, and the path to that in its file."""
        if self.below is None or self.replaces:
            return self, path
        written, merged, walked = self.written, self.value, ()
        for number, step in enumerate(path):
            key = self._key_in(written, merged, step)
            if key is None:
                has_it = isinstance(merged, list) or isinstance(written, Mapping)
                # What the plan has removed is missing because of the plan.
                if has_it and _has(merged, (step,)) and _has(self.below.value, path):
                    return self.below._placed(path)
                # A place in a list is that of the merged list, which the file does not have.
                missing = path[number:]
                if all(isinstance(each, str) for each in missing):
                    walked = (*walked, *missing)
                break
            for each in key:
                written = written[each]
            merged, walked = merged[step], (*walked, *key)
        return self, walked

    @staticmethod
    def _key_in(written: Any, merged: Any, step: Any) -> Path | None:
        """Where a change says what is at a step of the merged value, None if it says nothing."""
        if isinstance(merged, Mapping):
            known = isinstance(written, Mapping) and step in written and step in merged
            return (step,) if known else None
        if not isinstance(merged, list) or not isinstance(step, int) or step >= len(merged):
            return None
        added = written.get(ADD) if isinstance(written, Mapping) else written
        if isinstance(added, list) and merged[step] in added:
            place = added.index(merged[step])
            return (ADD, place) if isinstance(written, Mapping) else (place,)
        return None


def _has(value: Any, path: Path) -> bool:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def in_force(by_date: Mapping[date, V], on: date) -> V:
    """What holds on a date: the newest that is not after it, or else the first of all."""
    ordered = sorted(by_date)
    return by_date[ordered[max(bisect_right(ordered, on) - 1, 0)]]
