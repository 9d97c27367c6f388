"""What the simulated stage does to an event: as a processor, and again as a plain fold.

The words: `plain` counts and says so, `twice` says two things, `quiet` nothing, `delete` forgets
the key, `away` waits for something outside, `bad` breaks the contract, `raise` fails at once and
`late` after an output.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stream_edits.engine.headers import (
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
    """What the stage needs besides Kafka, as a schema registry."""

    def __init__(self) -> None:
        self.away = False


class Ledger:
    """Counts by key, and remembers by partition which event was the newest."""

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
        said = b"%s#%d after %s" % (record.value or b"", count, newest)
        if word != b"quiet":
            yield Output("out", key, said, headers)
        if word == b"twice":
            yield Output("out", key + b"'", said, headers)
        if word == b"late":
            raise RuntimeError("the edit failed late")


class Said(NamedTuple):
    """One record that an event leads to, without what cannot be foretold of a dead letter."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


def fold(state: State, record: Record) -> tuple[State, list[Said]]:
    """The state after `record`, and what it leads to. Written without the engine."""
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
    said = b"%s#%d after %s" % (value, count, state.get(_NEWEST, b"none"))
    keys = {"quiet": [], "twice": [key, key + b"'"]}.get(word, [key])
    at = [(AT, f"{record.partition}/{record.offset}".encode())]
    return after, [Said("out", k, said, at) for k in keys]


def _letter(record: Record, error_class: str) -> Said:
    return Said(
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
