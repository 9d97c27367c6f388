"""What segments do in a loop: which loop they begin, and what they state.

The same segments come again and again: dates, line numbers, services, providers. What one does is
worked out once, and known by its text the next time.
"""

from stream_edits.domain.claim import ClaimForm

from .delimiters import Delimiters
from .found_claim import Values, element
from .loops import (
    MOVES,
    NAMES_WITH_HOMES,
    NOWHERE,
    OUTSIDE,
    SERVICES,
    UNREAD,
    begins_a_level,
    misplaced,
)
from .segment_values import NOTHING, Taken, Taker, takers

# Of one loop. Real segments are short; a long one is as good as never the same again.
_MOST_KNOWN = 2_048
_LONGEST_KNOWN = 160
# With numbers of their own, or free text.
_HARDLY_TWICE = ("REF", "PWK", "NTE", "NM1*IL")
# The loop that it begins, values by field, a field that takes all of the segment with its elements,
# and what is wrong with it.
Step = tuple["Steps | None", Values, tuple[str, tuple[str, ...]] | None, str | None]
_NO_TAKERS: dict[str, dict[str, Taker]] = {}


class AllSteps:
    """The steps of all loops and forms, in interchanges with the same delimiters."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self._found: dict[tuple[ClaimForm | None, str], Steps] = {}

    def of(self, form: ClaimForm | None, loop: str) -> "Steps":
        """The steps of a loop in claims of a form; without one nothing is taken."""
        steps = self._found.get((form, loop))
        if steps is None:
            steps = self._found[form, loop] = Steps(loop, form, self)
        return steps


class Steps:
    """The steps of one loop. ``known`` has them by the text of their segments."""

    def __init__(self, loop: str, form: ClaimForm | None, every: AllSteps) -> None:
        of_form = _NO_TAKERS if form is None else takers(form)
        self.loop = loop
        mark = every.delimiters.element
        self._hardly_twice = tuple([start.replace("*", mark) for start in _HARDLY_TWICE])
        self.known: dict[str, Step] = {}
        self._every, self._form, self._takers = every, form, of_form.get(loop, {})
        self._component = every.delimiters.component
        self._begun: dict[str, Steps | None] = {}

    def of(self, segment: str, elements: list[str]) -> Step:
        """The step of a segment that is none of `STRUCTURE`."""
        begun = self._begun_by(elements)
        values, field, fault = (begun or self).taken(elements)
        whole = None if field is None else (field, tuple(elements))
        step = begun, values, whole, fault
        if len(segment) <= _LONGEST_KNOWN and not segment.startswith(self._hardly_twice):
            if len(self.known) >= _MOST_KNOWN:
                self.known.clear()
            self.known[segment] = step
        return step

    def _begun_by(self, elements: list[str]) -> "Steps | None":
        name = elements[0]
        if name == "NM1" and begins_a_level(element(elements, 1), self.loop):
            return self._every.of(self._form, NOWHERE)
        try:
            return self._begun[name]
        except KeyError:
            loop = MOVES[name].get(self.loop) if name in MOVES else None
            begun = None if loop is None else self._every.of(self._form, loop)
            return self._begun.setdefault(name, begun)

    def taken(self, elements: list[str]) -> Taken:
        """What is taken from a segment that stands in the loop, or begins it."""
        name = elements[0]
        if self.loop == OUTSIDE:
            return {}, None, UNREAD
        if name in NAMES_WITH_HOMES:
            fault = misplaced(name, element(elements, 1), self.loop)
            if fault is not None:
                return {}, None, fault
        taker = self._takers.get(name)
        return NOTHING if taker is None else taker(elements, self._component)


def contradiction(segment: str, values: Values, target: Values, mark: str) -> str | None:
    """What is wrong if a value stands twice and differs, or a service does; the first stays.

    ``mark`` stands between the segment's elements, ``target`` has what was stated before it.
    """
    differ = [target.setdefault(name, x) != x for name, x in values.items()]
    name = segment[:3].removesuffix(mark)
    is_wrong = any(differ) or name in SERVICES
    return f"{name} twice where it can stand once" if is_wrong else None
