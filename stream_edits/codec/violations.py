"""pydantic's errors in plain English: the place and the kind, never the value."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from stream_edits.codec.errors import ContractViolation, MalformedJson
from stream_edits.domain.claim import Attachment, ClaimEvent, ServiceLine
from stream_edits.domain.review import ReviewEvent

_SHOWN = 5
_KINDS = {
    "missing": "is missing",
    "unexpected_keyword_argument": "has a field that the contract does not know",
    "string_type": "is not text",
    "bool_type": "is not true or false",
    "bool_parsing": "is not true or false",
    "string_unicode": "is not valid Unicode text",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "greater_than_equal": "is below the range of a 32-bit number",
    "less_than_equal": "is above the range of a 32-bit number",
    "enum": "is not one of the allowed symbols",
    "date_type": "is not a date",
    "date_parsing": "is not a date (YYYY-MM-DD)",
    "date_from_datetime_parsing": "is not a date (YYYY-MM-DD)",
    "datetime_type": "is not a date and time",
    "datetime_parsing": "is not a date and time (ISO-8601)",
    "datetime_from_date_parsing": "is not a date and time (ISO-8601)",
    "timezone_aware": "has no offset from UTC",
    "timezone_naive": "has an offset from UTC, which a wall clock does not have",
    "decimal_type": "is not an amount",
    "decimal_parsing": "is not an amount",
    "finite_number": "is not a finite amount",
    "decimal_max_digits": "has more digits than the contract allows",
    "decimal_max_places": "has more decimal places than the contract allows",
    "decimal_whole_digits": "has more digits before the point than the contract allows",
    "tuple_type": "is not a list",
    "too_short": "has no entries",
    "dataclass_type": "is not an object",
}
# By the field of the claim that holds them, or what the record itself is called.
_RECORDS: dict[str, type[ClaimEvent | ServiceLine | Attachment | ReviewEvent]] = {
    "lines": ServiceLine,
    "attachments": Attachment,
    "the claim": ClaimEvent,
    "the review": ReviewEvent,
}
# A name that can hold a number holds a value.
_PLAIN_NAME = re.compile(r"[A-Za-z_ -]+")
_LONGEST_NAME = 40
_ALIKE = 0.8
_CLAIM = TypeAdapter(ClaimEvent)
_REVIEW = TypeAdapter(ReviewEvent)
_T = TypeVar("_T")


def claim_of(value: Any) -> ClaimEvent:
    """A dict of Avro's Python values as a claim. Raises ContractViolation."""
    return _validated(_CLAIM.validate_python, value)


def claim_in_json(text: str | bytes, unstated: Iterable[str] = ()) -> ClaimEvent:
    """A JSON text as a claim. Raises ContractViolation, MalformedJson when it is not JSON.

    ``unstated`` are fields that JSON must state and this text does not.
    """
    return _validated(_CLAIM.validate_json, text, [f"{name} is missing" for name in unstated])


def review_of(value: Any) -> ReviewEvent:
    """A dict of Avro's Python values as a review. Raises ContractViolation."""
    return _validated(_REVIEW.validate_python, value, what="the review")


def review_in_json(text: str | bytes) -> ReviewEvent:
    """A JSON text as a review. Raises ContractViolation, MalformedJson when it is not JSON."""
    return _validated(_REVIEW.validate_json, text, what="the review")


def _validated(
    validate: Callable[..., _T],
    data: Any,
    findings: Sequence[str] = (),
    what: str = "the claim",
) -> _T:
    errors: list[ErrorDetails] = []
    try:
        valid = validate(data)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    if errors and errors[0]["type"] == "json_invalid":
        raise MalformedJson("not a JSON object")
    if errors or findings:
        found = [_finding(error, what) for error in errors]
        raise ContractViolation(_sentence([*findings, *found]))
    return valid


def in_words(error: ErrorDetails) -> str:
    """What pydantic's error says of a value, without the value."""
    kind = error["type"]
    if kind == "enum":
        # Our own symbols, in quotation marks.
        symbols = str(error.get("ctx", {}).get("expected", "")).replace("'", "")
        return f"{_KINDS[kind]} ({symbols})" if symbols else _KINDS[kind]
    return _KINDS.get(kind, "breaks the contract: " + kind)


def known_name(name: str, known: Iterable[str]) -> str:
    """``: name, did you mean that one?`` for an unknown name that resembles a known one.

    The unknown name itself is shown only if it is little else than the known one, so that no value
    in its place is.
    """
    if len(name) > _LONGEST_NAME or not _PLAIN_NAME.fullmatch(name):
        return ""
    folded = {_folded(each): each for each in known}
    close = get_close_matches(_folded(name), folded, n=1, cutoff=_ALIKE)
    return f": {name}, did you mean {folded[close[0]]}?" if close else ""


def _finding(error: ErrorDetails, what: str) -> str:
    kind, location = error["type"], error["loc"]
    if kind == "unexpected_keyword_argument":
        # An unknown field's name is data, and the last part of its location.
        place, name = location[:-1], str(location[-1])
        return f"{_path(place) or what} {_KINDS[kind]}{_meant(name, place, what)}"
    return f"{_path(location) or what} {in_words(error)}"


def _meant(name: str, place: tuple[int | str, ...], what: str) -> str:
    """The known field of its record that an unknown one resembles."""
    record = _RECORDS.get(str(place[0]) if place else what)
    return "" if record is None else known_name(name, (each.name for each in fields(record)))


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def _path(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".")


def _sentence(findings: list[str]) -> str:
    # pydantic also reports an array as too short when every entry of it failed.
    if any(text.startswith("lines[") for text in findings):
        findings = [text for text in findings if text != "lines has no entries"]
    rest = len(findings) - _SHOWN
    if rest > 0:
        # What was misspelt explains what is missing, so it must be among those that are shown.
        findings = sorted(findings, key=lambda text: "did you mean" not in text)
    return "; ".join(findings[:_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")
