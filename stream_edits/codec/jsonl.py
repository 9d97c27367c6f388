"""Claims as JSON lines: reading and writing them (docs/spec/contract.md, JSON form)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from stream_edits.codec.errors import ContractViolation, MalformedJson, Undecodable
from stream_edits.codec.violations import claim_in_json
from stream_edits.domain.claim import Attachment, ClaimEvent, ServiceLine

_MUST_STATE = ("line_of_business",)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class BadLine(NamedTuple):
    """A line or record that is not a valid claim; ``message`` holds no value from the data."""

    line_number: int
    error_class: str
    message: str


def read_claims_jsonl(lines: Iterable[bytes]) -> Iterator[tuple[int, ClaimEvent | BadLine]]:
    """Each line's number, from 1, and its claim or what is wrong with it. Skips blank lines.

    ``lines`` may be a file opened in binary mode.
    """
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if not text.strip():
            continue
        try:
            yield number, claim_from_json(text)
        except Undecodable as error:
            yield number, BadLine(number, error.error_class, error.message)


def claim_from_json(text: bytes) -> ClaimEvent:
    """One JSON object as a claim; null stands for the default of a field whose default is not null.

    Raises MalformedJson unless it is one UTF-8 object with distinct keys, ContractViolation.
    """
    members = _object(text)
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
    """One line of JSON, without a newline, that ``read_claims_jsonl`` reads as an equal claim."""
    return json.dumps(asdict(claim), default=_plain)


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


_Record = ClaimEvent | ServiceLine | Attachment


def _with_own_default(record: type[_Record]) -> frozenset[str]:
    return frozenset(f.name for f in fields(record) if f.default not in (MISSING, None))


_DEFAULTED: dict[type[_Record], frozenset[str]] = {
    record: _with_own_default(record) for record in (ClaimEvent, ServiceLine, Attachment)
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
