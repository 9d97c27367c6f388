"""How the text of a field becomes its value, for the fields of lines that need no other field.

A text that cannot be used makes no claim wrong by itself: it may stand where nothing is read. So it
is noted beside the values, under ``UNREADABLE``, and whoever makes the line refuses it.
"""

from collections.abc import Callable
from typing import Any

from stream_edits.domain.normalized import UNIT, clean_number

from .found_claim import Values
from .reading import RefusedClaim
from .segments import text_of
from .values import amount_of, code_of, integer_of, number_of

UNREADABLE = "unreadable"
_LONGEST_NAME = 264


def put_value(field: str, text: Any, into: Values) -> None:
    """Put the value of a field; ``text`` is a tuple for several components."""
    rule = RULES.get(field)
    if rule is None or not text:
        into.setdefault(field, text if rule is None else None)
        return
    if field in KEPT_AS_WRITTEN:
        into.setdefault(KEPT_AS_WRITTEN[field], text)
    try:
        into.setdefault(field, rule(text))
    except RefusedClaim as refused:
        into.setdefault(field, text)
        into.setdefault(UNREADABLE, refused.reason)


def _of_code(text: str) -> str | None:
    return code_of(text) or None


def _unit(text: str) -> str:
    return code_of(text) or UNIT


def _name(text: str) -> str:
    return text_of(text)[:_LONGEST_NAME]


def _number(text: str) -> str:
    return clean_number(text_of(text))


def _modifiers(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([code_of(part) for part in parts if part])


_LETTERS = {letter: place for place, letter in enumerate("ABCDEFGHIJKL", start=1)}


def _pointers(parts: tuple[str, ...]) -> tuple[int, ...]:
    # Letters are those of the paper form, where A is the first diagnosis.
    found = [_LETTERS.get(part.upper()) or integer_of(part) for part in parts if part]
    if None in found:
        # Without it the line would seem to point to no diagnosis.
        raise RefusedClaim("a diagnosis pointer that is not a number")
    return tuple([number for number in found if number is not None])


RULES: dict[str, Callable[[Any], Any]] = {
    "billing_provider_npi": _number,
    "attending_provider_npi": _number,
    "rendering_provider_npi": _number,
    "supervising_provider_npi": _number,
    "line_number": integer_of,
    "procedure_code": code_of,
    "code_qualifier": code_of,
    "modifiers": _modifiers,
    "units": lambda text: number_of(text, "units"),
    "place_of_service": _of_code,
    "revenue_code": _of_code,
    "charge_amount": lambda text: amount_of(text, "charge_amount"),
    "diagnosis_pointers": _pointers,
    "ndc_qualifier": _of_code,
    "ndc": lambda text: text_of(text) or None,
    "drug_name": _name,
    "unit_of_measure": _unit,
    "ndc_quantity": lambda text: number_of(text, "ndc_quantity"),
    "ndc_unit": _of_code,
    "line_control_number": lambda text: text_of(text) or None,
}
# A quantity also stays as it is written, for `drug_dosage`.
KEPT_AS_WRITTEN = {"ndc_quantity": "drug_dosage"}
