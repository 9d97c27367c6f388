"""Takes the value of one place of the table from a segment."""

from .found import Values
from .table import Place

CONTRADICTED = "a component separator that the segments contradict"
# Where the first component is a code of letters and digits: (segment, element).
_CODED = {("CLM", 5), ("SV1", 1), ("SV2", 2)}


def take(place: Place, elements: list[str], component: str, into: Values) -> str | None:
    """Put the value into the field of the place, if the segment is one of its kind.

    Returns what is wrong with the claim, if anything is.
    """
    number = place.element
    is_usable = True
    if place.conditions:
        (at, kind), *others = place.conditions
        if at >= len(elements) or elements[at].strip() != kind:
            return None
        is_usable = all(n < len(elements) and elements[n].strip() == x for n, x in others)
    if number is None:
        into.setdefault(place.field, []).append(elements)
        return None
    text = elements[number].strip() if is_usable and number < len(elements) else ""
    if place.component is not None:
        parts = text.split(component)
        if text and (place.segment, number) in _CODED and not parts[0].strip().isalnum():
            return CONTRADICTED
        if place.last is not None:
            return _put(
                place, tuple([x.strip() for x in parts[place.component - 1 : place.last]]), into
            )
        text = parts[place.component - 1].strip() if place.component <= len(parts) else ""
    if not text and not place.conditions:
        return None
    return _put(place, text, into)


def _put(place: Place, value: object, into: Values) -> str | None:
    if into.setdefault(place.field, value) != value:
        return f"{place.segment} twice where it can stand once"
    return None
