"""Dead letters compared with the records that they were, also those that are references."""

import hashlib
from collections import Counter
from typing import NamedTuple

from stream_edits.engine.dead_letters.headers import (
    REFERENCE_HEADERS,
    SOURCE_OFFSET,
    SOURCE_PARTITION,
    SOURCE_TOPIC,
    VALUE_SHA256,
)
from tests.kafka.topic_log import Kept


class Unread(NamedTuple):
    """A record that a stage could not decode: where it is, and what it holds."""

    source: tuple[str, int, int]
    key: bytes | None
    digest: str
    headers: tuple[tuple[str, bytes | None], ...]
    is_reference: bool = False


def unread(record: Kept) -> Unread:
    source = record.topic, record.partition, record.offset
    return Unread(source, record.key, _digest(record.value), record.headers)


def original(letter: Kept) -> Unread:
    """The record that a dead letter was."""
    own = {n: v or b"" for n, v in letter.headers if n in REFERENCE_HEADERS}
    source = own[SOURCE_TOPIC].decode(), int(own[SOURCE_PARTITION]), int(own[SOURCE_OFFSET])
    untouched = tuple((n, v) for n, v in letter.headers if n not in REFERENCE_HEADERS)
    referred = own.get(VALUE_SHA256)
    digest = referred.decode() if referred is not None else _digest(letter.value)
    return Unread(source, letter.key, digest, untouched, referred is not None)


def _digest(value: bytes | None) -> str:
    return hashlib.sha256(value or b"").hexdigest()


def complete(letters: Counter[Unread], records: Counter[Unread]) -> None:
    """Give the references among `letters` the key and the headers that they may leave out."""
    whole = {(each.source, each.digest): each for each in records}
    for each in [x for x in letters if x.is_reference]:
        full = whole.get((each.source, each.digest))
        kept_key = full is not None and each.key in (full.key, None)
        kept_headers = full is not None and each.headers in (full.headers, ())
        if full is not None and kept_key and kept_headers:
            letters[full] += letters.pop(each)
