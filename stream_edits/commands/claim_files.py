"""Reading files of claims and reviews, for the commands that take one."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from stream_edits.codec.container import read_events_container
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.codec.jsonl import BadLine, read_events_jsonl
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent

_CONTAINER_MAGIC = b"Obj\x01"
_Numbered = Iterator[tuple[int, ClaimEvent | ReviewEvent | BadLine]]


@contextmanager
def open_events(file: str) -> Iterator[_Numbered]:
    """The numbered lines (or records) of a file: JSON lines, or an Avro container file.

    The first bytes tell which. ``-`` is standard input. The clock at the start of the reading is
    the time of every record.
    """
    started_ms = time.time_ns() // 1_000_000
    if file == "-":
        yield _taken_in(_read(sys.stdin.buffer), started_ms)
        return
    with Path(file).open("rb") as opened:
        yield _taken_in(_read(opened), started_ms)


def _taken_in(events: _Numbered, started_ms: int) -> _Numbered:
    for number, event in events:
        try:
            if isinstance(event, ReviewEvent):
                check_review(event, started_ms)
            elif isinstance(event, ClaimEvent):
                check_taken_in(event, started_ms)
        except Undecodable as error:
            yield number, BadLine(number, error.error_class, error.message)
        else:
            yield number, event


def _read(opened: BinaryIO) -> _Numbered:
    buffered = cast(BufferedReader, opened)
    if buffered.peek(len(_CONTAINER_MAGIC)).startswith(_CONTAINER_MAGIC):
        return read_events_container(buffered)
    return read_events_jsonl(buffered)


def report_bad_line(bad: BadLine) -> None:
    """Print on stderr what is wrong with a line, without its values."""
    print(f"line {bad.line_number}: {bad.error_class}: {bad.message}", file=sys.stderr)
