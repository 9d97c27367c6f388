"""What the simulated stage does with an event: as a processor, and again as a plain fold.

The value of an event is a word: `plain` counts and sends one output, `twice` sends two, `quiet`
none, `delete` removes the key, `away` needs something outside, `bad` breaks the contract, `raise`
fails at once and `late` after an output, `huge` sends more than its topic takes. The brokers refuse
what `refused` sends, and also the dead letter of `unkept` unless it is a reference.

`review` is a person's answer, with an id. It counts once: the same id again does nothing. It is
refused where the key's count is not odd, as a review of a claim that has changed since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from stream_edits.engine.dead_letters.headers import (
    ENGINE_VERSION,
    ERROR_CLASS,
    ERROR_STAGE,
    REDRIVE_COUNT,
    SOURCE_OFFSET,
    SOURCE_PARTITION,
    SOURCE_TIMESTAMP,
    SOURCE_TOPIC,
)
from stream_edits.engine.ports import Headers, Output, Record, StateView, TryAgain, Undecodable

WORDS = (
    *(b"plain", b"twice", b"quiet", b"delete", b"away", b"bad", b"raise", b"late"),
    *(b"huge", b"refused", b"unkept"),
)
REVIEW = b"review"
LARGEST = 2000
AT = "at"
_NEWEST = b"newest"
_REVIEWED = b"reviewed/"

State = dict[bytes, bytes]


class Outside:
    """What the stage needs besides Kafka, such as a schema registry."""

    def __init__(self) -> None:
        self.away = False


class Ledger:
    """Counts by key, and keeps the newest event of each partition."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        word = (record.value or b"").partition(b":")[0]
        if word == b"bad":
            raise Undecodable("BadWord", "the word is not known")
        key = record.key or b""
        if word == REVIEW and not self._applies(record, state, key):
            return
        count = int(state.get(key) or b"0") + 1
        newest = state.get(_NEWEST) or b"none"
        state.put(key, b"%d" % count)
        state.put(_NEWEST, b"%d" % record.offset)
        if word == b"raise":
            raise RuntimeError("the edit failed")
        if word == b"away" and self._outside.away:
            raise TryAgain("registry")
        if word == b"delete":
            state.delete(key)
        headers = [(AT, b"%d/%d" % (record.partition, record.offset))]
        text = b"%s#%d after %s" % (record.value or b"", count, newest)
        if word == b"huge":
            text += b"." * LARGEST
        if word != b"quiet":
            yield Output("out", key, text, headers)
        if word == b"twice":
            yield Output("out", key + b"'", text, headers)
        if word == b"late":
            raise RuntimeError("the edit failed late")

    @staticmethod
    def _applies(record: Record, state: StateView, key: bytes) -> bool:
        """Whether a review counts; its id is remembered. Raises Undecodable."""
        mark = _REVIEWED + (record.value or b"")
        if state.get(mark) is not None:
            return False
        state.put(mark, b"1")
        if int(state.get(key) or b"0") % 2 == 0:
            raise Undecodable("StaleReview", "the key has changed since", feeds_breaker=False)
        return True


class Sent(NamedTuple):
    """A record that an event leads to, without the message of a dead letter."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


def refused(topic: str, value: bytes | None) -> bool:
    """Whether the brokers refuse a record, whatever its size."""
    words = {"out": (b"refused", b"unkept"), "dead": (b"unkept",)}.get(topic, ())
    return value is not None and value.startswith(words)


_FAILURES = {
    "bad": "BadWord",
    "raise": "RuntimeError",
    "late": "RuntimeError",
    "huge": "TooLarge",
    "refused": "RefusedByBrokers",
    "unkept": "RefusedByBrokers",
}


def fold(state: State, record: Record) -> tuple[State, list[Sent]]:
    """The state after `record` and the records it leads to, computed without the engine."""
    value = record.value or b""
    word = value.split(b":")[0].decode()
    if word in _FAILURES:
        return state, [_letter(record, _FAILURES[word], refers=word == "unkept")]
    key = record.key or b""
    if word == "review":
        mark = b"reviewed/" + value
        if mark in state:
            return state, []
        if int(state.get(key, b"0")) % 2 == 0:
            return state, [_letter(record, "StaleReview", refers=False)]
        state = {**state, mark: b"1"}
    count = int(state.get(key, b"0")) + 1
    after = {**state, key: str(count).encode(), _NEWEST: str(record.offset).encode()}
    if word == "delete":
        del after[key]
    text = b"%s#%d after %s" % (value, count, state.get(_NEWEST, b"none"))
    keys = {"quiet": [], "twice": [key, key + b"'"]}.get(word, [key])
    at = [(AT, f"{record.partition}/{record.offset}".encode())]
    return after, [Sent("out", k, text, at) for k in keys]


def _letter(record: Record, error_class: str, refers: bool) -> Sent:
    value = record.value or b""
    about_the_value: Headers = [
        ("source.value.bytes", str(len(value)).encode()),
        ("source.value.sha256", hashlib.sha256(value).hexdigest().encode()),
    ]
    return Sent(
        "dead",
        record.key,
        None if refers else record.value,
        [
            *record.headers,
            (ERROR_CLASS, error_class.encode()),
            (ERROR_STAGE, b"count"),
            (SOURCE_TOPIC, b"in"),
            (SOURCE_PARTITION, str(record.partition).encode()),
            (SOURCE_OFFSET, str(record.offset).encode()),
            (SOURCE_TIMESTAMP, str(record.timestamp_ms).encode()),
            (ENGINE_VERSION, b"1.2"),
            (REDRIVE_COUNT, b"0"),
            *(about_the_value if refers else ()),
        ],
    )
