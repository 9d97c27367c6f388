"""Reading files of claims and reviews, for the commands that take one."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from stream_edits.codec.container import read_events_container
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.intake_checks import check_review, check_taken_in
from stream_edits.codec.jsonl import BadLine, read_events_jsonl
from stream_edits.codec.x12 import looks_like_x12
from stream_edits.commands.x12_files import read_x12_events
from stream_edits.commands.x12_options import BadX12Option, X12Options, reading_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent

_CONTAINER_MAGIC = b"Obj\x01"
_HEAD_BYTES = 512
_NO_X12 = X12Options()
Numbered = Iterator[tuple[int, ClaimEvent | ReviewEvent | BadLine]]


@contextmanager
def open_events(file: str, x12: X12Options = _NO_X12) -> Iterator[Numbered]:
    """The numbered lines (or records, or claims) of a file: JSON lines, Avro container or X12 837.

    The first bytes tell which. ``-`` is standard input. The clock at the start of the reading is
    the time of every record. Raises BadX12Option if the options do not fit the file, and NotX12 for
    X12 that cannot be read at all.
    """
    started_ms = time.time_ns() // 1_000_000
    if file == "-":
        yield _read(sys.stdin.buffer, x12, started_ms)
        return
    with Path(file).open("rb") as opened:
        yield _read(opened, x12, started_ms)


def with_options(files: Sequence[str], x12: X12Options) -> Iterator[tuple[str, X12Options]]:
    """Each of several files with the options to read it by.

    Where one of them is X12, such as claims beside a file of reviews, the options are for the X12
    files only. Otherwise each gets them, to be refused.
    """
    are_x12 = [file != "-" and _is_x12(file) for file in files]
    for file, is_x12 in zip(files, are_x12, strict=True):
        is_theirs = is_x12 or file == "-" or not any(are_x12)
        yield file, x12 if is_theirs else _NO_X12


def _is_x12(file: str) -> bool:
    with Path(file).open("rb") as opened:
        return looks_like_x12(opened.read(_HEAD_BYTES))


def _taken_in(events: Numbered, started_ms: int, unit: str) -> Numbered:
    for number, event in events:
        try:
            if isinstance(event, ReviewEvent):
                check_review(event, started_ms)
            elif isinstance(event, ClaimEvent):
                check_taken_in(event, started_ms)
        except Undecodable as error:
            place = f"{unit} {number}"
            yield number, BadLine(number, error.error_class, error.message, place)
        else:
            yield number, event


def _read(opened: BinaryIO, x12: X12Options, started_ms: int) -> Numbered:
    buffered = cast(BufferedReader, opened)
    if looks_like_x12(buffered.peek(_HEAD_BYTES)):
        return _taken_in(read_x12_events(buffered, reading_of(x12)), started_ms, "claim")
    if x12.given:
        raise BadX12Option("options for X12 files, but the file is none (it starts without ISA)")
    is_container = buffered.peek(len(_CONTAINER_MAGIC)).startswith(_CONTAINER_MAGIC)
    read = read_events_container if is_container else read_events_jsonl
    return _taken_in(read(buffered), started_ms, "line")


def report_bad_line(bad: BadLine) -> None:
    """Print on stderr what is wrong with a line or a claim, without its values."""
    place = bad.place or f"line {bad.line_number}"
    print(f"{place}: {bad.error_class}: {bad.message}", file=sys.stderr)
