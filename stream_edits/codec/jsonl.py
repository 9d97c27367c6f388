"""Claims and reviews as JSON lines (docs/spec/contract.md, JSON form)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import PlainSerializer, TypeAdapter

from stream_edits.codec.errors import ContractViolation, MalformedJson, Undecodable
from stream_edits.codec.violations import claim_in_json, review_in_json
from stream_edits.domain.claim import Attachment, ClaimEvent, ServiceLine
from stream_edits.domain.field_types import Dollars, UnitPrice
from stream_edits.domain.review import ReviewEvent

# An object with this key is a review, any other one a claim.
OF_A_REVIEW = "review_id"
_MUST_STATE = ("line_of_business",)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


# pydantic alone would write amounts as text. A float holds and prints twelve digits exactly.
_AsNumber = PlainSerializer(float, return_type=float, when_used="unless-none")


@dataclass(frozen=True, kw_only=True)
class _PlainLine(ServiceLine):
    charge_amount: Annotated[Dollars | None, _AsNumber] = None
    drug_unit_price: Annotated[UnitPrice | None, _AsNumber] = None


@dataclass(frozen=True, kw_only=True)
class _PlainClaim(ClaimEvent):
    """Serializes a claim with its amounts as numbers."""

    lines: tuple[_PlainLine, ...]


_to_line: Callable[..., bytes] = TypeAdapter(_PlainClaim).dump_json


class BadLine(NamedTuple):
    """A line or record that is not a valid claim or review; ``message`` holds no value of the data.

    It may stand for more ``records``, from this one on.
    """

    line_number: int
    error_class: str
    message: str
    records: int = 1


def read_events_jsonl(
    lines: Iterable[bytes],
) -> Iterator[tuple[int, ClaimEvent | ReviewEvent | BadLine]]:
    """Each line's number, from 1, and its claim or review, or what is wrong with it.

    Skips blank lines. ``lines`` may be a file opened in binary mode.
    """
    for number, text in texts_in(lines):
        try:
            yield number, event_from_json(text)
        except Undecodable as error:
            yield number, BadLine(number, error.error_class, error.message)


def read_events_in_documents(
    documents: Iterable[tuple[int, bytes]],
) -> Iterator[tuple[int, str, ClaimEvent | ReviewEvent | BadLine]]:
    """The same for JSON texts with the lines where they begin, each with its place in words.

    Raises what ``documents`` raises.
    """
    for number, (line, text) in enumerate(documents, start=1):
        place = f"object {number} (line {line})"
        try:
            yield number, place, event_from_json(text)
        except Undecodable as error:
            yield number, place, BadLine(number, error.error_class, error.message)


def texts_in(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, from 1, without blank ones and without a byte order mark."""
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if text.strip():
            yield number, text


def event_from_json(text: bytes) -> ClaimEvent | ReviewEvent:
    """One JSON object as a review if it has the key ``review_id``, as a claim otherwise.

    Null stands for the default of a field whose default is not null. Raises MalformedJson unless it
    is one UTF-8 object with distinct keys, ContractViolation.
    """
    members = _object(text)
    if OF_A_REVIEW in members:
        return _review(text, members)
    return _claim(text, members)


def review_from_json(text: bytes, unstated: Mapping[str, str]) -> ReviewEvent:
    """One JSON object as a review, as ``event_from_json`` reads it. Raises what that raises.

    ``unstated`` has the value of each field that the object may leave out, or give as null.
    """
    members = _object(text)
    left_out = {name: value for name, value in unstated.items() if members.get(name) is None}
    if not left_out:
        return _review(text, members)
    members |= left_out
    return _review(json.dumps(members), members)


def _review(text: str | bytes, members: dict[str, Any]) -> ReviewEvent:
    if _drop_from(members, ReviewEvent):
        text = json.dumps(members)
    return review_in_json(text)


def _claim(text: bytes, members: dict[str, Any]) -> ClaimEvent:
    # Its default, as in Avro, would let a claim be paid as another payer's.
    unstated = [name for name in _MUST_STATE if members.get(name) is None]
    try:
        return claim_in_json(text, unstated)
    except ContractViolation:
        # Only now, because few claims have such nulls.
        if not _drop_nulls(members):
            raise
    return claim_in_json(json.dumps(members), unstated)


def claim_to_json(claim: ClaimEvent) -> str:
    """One line of JSON, without a newline, that ``read_events_jsonl`` reads as an equal claim."""
    return json.dumps(asdict(claim), default=_plain)


def claim_to_line(claim: ClaimEvent) -> bytes:
    """The same in the fewest bytes, with a newline: for many claims."""
    return _to_line(claim) + b"\n"


def _object(text: bytes) -> dict[str, Any]:
    try:
        members = json.loads(text.decode(), object_pairs_hook=_distinct)
    except UnicodeDecodeError:
        raise MalformedJson("not UTF-8") from None
    except RecursionError:
        raise MalformedJson("nested too deep") from None
    except ValueError:
        raise MalformedJson("not a JSON object") from None
    if not isinstance(members, dict):
        raise MalformedJson("not a JSON object")
    return members


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("an object has the same key twice")
    return members


_Record = ClaimEvent | ServiceLine | Attachment | ReviewEvent


def _with_own_default(record: type[_Record]) -> frozenset[str]:
    return frozenset(f.name for f in fields(record) if f.default not in (MISSING, None))


_DEFAULTED: dict[type[_Record], frozenset[str]] = {
    record: _with_own_default(record)
    for record in (ClaimEvent, ServiceLine, Attachment, ReviewEvent)
}


def _drop_nulls(claim: dict[str, Any]) -> bool:
    """Remove nulls where the default is not null; returns whether there were any."""
    dropped = _drop_from(claim, ClaimEvent)
    for name, record in (("lines", ServiceLine), ("attachments", Attachment)):
        items = claim.get(name)
        for item in items if isinstance(items, list) else ():
            dropped |= isinstance(item, dict) and _drop_from(item, record)
    return dropped


def _drop_from(members: dict[str, Any], record: type[_Record]) -> bool:
    empty = [name for name in _DEFAULTED[record] if members.get(name, "") is None]
    for name in empty:
        del members[name]
    return bool(empty)


def _plain(value: Any) -> str | float:
    if isinstance(value, Decimal):
        # At most 12 digits: a float holds and prints them exactly.
        return float(value)
    if isinstance(value, datetime) and value.tzinfo:
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a claim holds no {type(value).__name__}")
