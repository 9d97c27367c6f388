"""Takes the values of the table's places from a segment."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache

from stream_edits.domain.claim import ClaimForm

from .delimiters import BLANKS
from .found import Values
from .loops import MOVES, ONLY_BEFORE_LINES, STRUCTURE
from .table import Place, places

CONTRADICTED = "a component separator that the segments contradict"
# Where the first component is a code of letters and digits: (segment, element).
_CODED = {("CLM", 5), ("SV1", 1), ("SV2", 2)}

# Puts what a segment states into the values of its loop. Returns what is wrong, if anything is.
Taker = Callable[[Sequence[str], str, Values], str | None]
_Composite = tuple[int, bool, tuple[tuple[str, int, int | None], ...]]


@cache
def takers(form: ClaimForm) -> dict[str, dict[str, Taker]]:
    """By loop and segment, what to take in a claim of the form."""
    return {
        loop: {name: _taker(name, of_segment) for name, of_segment in segments.items()}
        for loop, segments in places(form).items()
    }


def known_starts(mark: str) -> frozenset[str]:
    """The first three characters of the segments that are read at all, ``mark`` among them."""
    taken = {name for form in ClaimForm for loop in takers(form).values() for name in loop}
    names = {*taken, *STRUCTURE, *MOVES, *ONLY_BEFORE_LINES}
    return frozenset({*names, *[f"{name}{mark}"[:3] for name in names]})


def _taker(name: str, of_segment: tuple[Place, ...]) -> Taker:
    by_kind: dict[str | None, list[Place]] = defaultdict(list)
    for place in of_segment:
        by_kind[place.conditions[0][1] if place.conditions else None].append(place)
    always = _of_kind(name, by_kind.pop(None)) if None in by_kind else None
    kinds = {kind: _of_kind(name, found) for kind, found in by_kind.items()}
    if not kinds and always is not None:
        return always
    at = next(place.conditions[0][0] for place in of_segment if place.conditions)

    def take(elements: Sequence[str], component: str, into: Values) -> str | None:
        kind = kinds.get(elements[at].strip(BLANKS)) if at < len(elements) else None
        return None if kind is None else kind(elements, component, into)

    return take


def _of_kind(name: str, of_kind: list[Place]) -> Taker:
    """What to take from the segments of one kind, such as NM1*82, or of every kind."""
    if of_kind[0].element is None:
        return _whole(of_kind[0].field)
    if of_kind[0].conditions:
        return _stated(name, of_kind)
    plain = tuple((x.field, x.element or 0) for x in of_kind if x.component is None)
    composites = _composites(name, of_kind)

    def take(elements: Sequence[str], component: str, into: Values) -> str | None:
        size, fault = len(elements), None
        for field, number in plain:
            text = elements[number].strip(BLANKS) if number < size else ""
            if text and into.setdefault(field, text) != text:
                fault = _twice(name)
        for number, is_coded, fields in composites:
            if number < size and (text := elements[number].strip(BLANKS)):
                parts = [part.strip(BLANKS) for part in text.split(component)]
                if is_coded and not parts[0].isalnum():
                    return CONTRADICTED
                for field, first, last in fields:
                    value = _component(parts, first, last)
                    if value and into.setdefault(field, value) != value:
                        fault = _twice(name)
        return fault

    return take


def _component(parts: list[str], first: int, last: int | None) -> str | tuple[str, ...]:
    if last is not None:
        return tuple(parts[first - 1 : last])
    return parts[first - 1] if first <= len(parts) else ""


def _composites(name: str, of_kind: list[Place]) -> tuple[_Composite, ...]:
    found: dict[int, list[tuple[str, int, int | None]]] = defaultdict(list)
    for place in of_kind:
        if place.component is not None and place.element is not None:
            found[place.element].append((place.field, place.component, place.last))
    return tuple((n, (name, n) in _CODED, tuple(fields)) for n, fields in found.items())


def _whole(field: str) -> Taker:
    def take(elements: Sequence[str], component: str, into: Values) -> str | None:
        into.setdefault(field, []).append(elements)
        return None

    return take


def _stated(name: str, of_kind: list[Place]) -> Taker:
    """Elements of a segment that says whom or what it is about: blank if they cannot be used."""
    wanted = [(x.field, x.element or 0, x.conditions[1:]) for x in of_kind]

    def take(elements: Sequence[str], component: str, into: Values) -> str | None:
        size, fault = len(elements), None
        for field, number, conditions in wanted:
            is_usable = number < size and all(
                at < size and elements[at].strip(BLANKS) == value for at, value in conditions
            )
            text = elements[number].strip(BLANKS) if is_usable else ""
            if into.setdefault(field, text) != text:
                fault = _twice(name)
        return fault

    return take


def _twice(name: str) -> str:
    return f"{name} twice where it can stand once"
