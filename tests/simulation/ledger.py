"""What the simulated stage does with an event: as a processor, and again as a plain fold.

The value of an event is a word: `plain` counts and sends one output, `twice` sends two, `quiet`
none, `delete` removes the key, `away` needs something outside, `bad` breaks the contract, `raise`
fails at once and `late` after an output.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stream_edits.engine.dead_letter_headers import (
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

WORDS = (b"plain", b"twice", b"quiet", b"delete", b"away", b"bad", b"raise", b"late")
AT = "at"
_NEWEST = b"newest"

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
        if word != b"quiet":
            yield Output("out", key, text, headers)
        if word == b"twice":
            yield Output("out", key + b"'", text, headers)
        if word == b"late":
            raise RuntimeError("the edit failed late")


class Sent(NamedTuple):
    """A record that an event leads to, without the message of a dead letter."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


def fold(state: State, record: Record) -> tuple[State, list[Sent]]:
    """The state after `record` and the records it leads to, computed without the engine."""
    value = record.value or b""
    word = value.split(b":")[0].decode()
    failures = {"bad": "BadWord", "raise": "RuntimeError", "late": "RuntimeError"}
    if word in failures:
        return state, [_letter(record, failures[word])]
    key = record.key or b""
    count = int(state.get(key, b"0")) + 1
    after = {**state, key: str(count).encode(), _NEWEST: str(record.offset).encode()}
    if word == "delete":
        del after[key]
    text = b"%s#%d after %s" % (value, count, state.get(_NEWEST, b"none"))
    keys = {"quiet": [], "twice": [key, key + b"'"]}.get(word, [key])
    at = [(AT, f"{record.partition}/{record.offset}".encode())]
    return after, [Sent("out", k, text, at) for k in keys]


def _letter(record: Record, error_class: str) -> Sent:
    return Sent(
        "dead",
        record.key,
        record.value,
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
        ],
    )
