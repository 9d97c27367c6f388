"""Takes the values of the table's places from a segment."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache

from stream_edits.domain.claim import ClaimForm

from .delimiters import BLANKS
from .found_claim import Values
from .loops import MOVES, NAMES_WITH_HOMES, STRUCTURE
from .rules import RULES, put_value
from .table import FieldPlace, places

CONTRADICTED = "a component separator that the segments contradict"
# Where the first component is a code of letters and digits: (segment, element).
_CODED = {("CLM", 5), ("SV1", 1), ("SV2", 2)}


# What a segment states: values by field, the field that takes all of it, and what is wrong. Tuples
# without names here and in `steps.py`: an 837 has some twenty segments for each claim.
Taken = tuple[Values, str | None, str | None]
# Of a segment's elements and the separator of components.
Taker = Callable[[Sequence[str], str], Taken]
NOTHING: Taken = ({}, None, None)
_Composite = tuple[int, bool, tuple[tuple[str, int, int | None], ...]]


@cache
def takers(form: ClaimForm) -> dict[str, dict[str, Taker]]:
    """By loop and segment, what to take in a claim of the form."""
    return {
        loop: {name: _taker(name, of_segment) for name, of_segment in segments.items()}
        for loop, segments in places(form).items()
    }


@cache
def known_starts(mark: str) -> frozenset[str]:
    """The first three characters of the segments that are read at all, ``mark`` among them."""
    taken = {name for form in ClaimForm for loop in takers(form).values() for name in loop}
    names = {*taken, *STRUCTURE, *MOVES, *NAMES_WITH_HOMES}
    return frozenset({*names, *[f"{name}{mark}"[:3] for name in names]})


def _taker(name: str, of_segment: tuple[FieldPlace, ...]) -> Taker:
    by_kind: dict[str | None, list[FieldPlace]] = defaultdict(list)
    for place in of_segment:
        by_kind[place.conditions[0][1] if place.conditions else None].append(place)
    always = _of_kind(name, by_kind.pop(None)) if None in by_kind else None
    kinds = {kind: _of_kind(name, found) for kind, found in by_kind.items()}
    if not kinds and always is not None:
        return always
    at = next(place.conditions[0][0] for place in of_segment if place.conditions)

    def take(elements: Sequence[str], component: str) -> Taken:
        kind = kinds.get(elements[at].strip(BLANKS).upper()) if at < len(elements) else None
        return NOTHING if kind is None else kind(elements, component)

    return take


def _of_kind(name: str, of_kind: list[FieldPlace]) -> Taker:
    """What to take from the segments of one kind, such as NM1*82, or of every kind."""
    if of_kind[0].element is None:
        all_of_it: Taken = ({}, of_kind[0].field, None)
        return lambda elements, component: all_of_it
    if of_kind[0].conditions:
        return _stated(of_kind)
    plain = tuple((x.field, x.element or 0) for x in of_kind if x.component is None)
    composites = _composites(name, of_kind)

    def take(elements: Sequence[str], component: str) -> Taken:
        size, values = len(elements), Values()
        for field, number in plain:
            if number < size and (text := elements[number].strip(BLANKS)):
                put_value(field, text, values)
        for number, is_coded, fields in composites:
            if number < size and (text := elements[number].strip(BLANKS)):
                parts = [part.strip(BLANKS) for part in text.split(component)]
                # A blank one says nothing of the separator; in SV101 that is another fault.
                if is_coded and parts[0] and not parts[0].isalnum():
                    return values, None, CONTRADICTED
                for field, first, last in fields:
                    if value := _component(parts, first, last):
                        put_value(field, value, values)
        return values, None, None

    return take


def _component(parts: list[str], first: int, last: int | None) -> str | tuple[str, ...]:
    if last is not None:
        return tuple(parts[first - 1 : last])
    return parts[first - 1] if first <= len(parts) else ""


def _composites(name: str, of_kind: list[FieldPlace]) -> tuple[_Composite, ...]:
    found: dict[int, list[tuple[str, int, int | None]]] = defaultdict(list)
    for place in of_kind:
        if place.component is not None and place.element is not None:
            found[place.element].append((place.field, place.component, place.last))
    return tuple((n, (name, n) in _CODED, tuple(fields)) for n, fields in found.items())


def _stated(of_kind: list[FieldPlace]) -> Taker:
    """Elements of a segment that says whom or what it is about: blank if they cannot be used."""
    wanted = [
        (x.field, x.element or 0, x.conditions[1:], RULES.get(x.field, _as_it_is)) for x in of_kind
    ]

    def take(elements: Sequence[str], component: str) -> Taken:
        size, values = len(elements), Values()
        for field, number, conditions, rule in wanted:
            text = elements[number].strip(BLANKS) if number < size else ""
            for at, value in conditions:
                if at >= size or elements[at].strip(BLANKS).upper() != value:
                    text = ""
            values[field] = rule(text)
        return values, None, None

    return take


def _as_it_is(text: str) -> str:
    return text
