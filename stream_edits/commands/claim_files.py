"""Reading files of claims, for the commands that take one."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from stream_edits.codec.container import read_claims_container
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.intake_checks import check_taken_in
from stream_edits.codec.jsonl import BadLine, read_claims_jsonl
from stream_edits.domain.claim import ClaimEvent

_CONTAINER_MAGIC = b"Obj\x01"


@contextmanager
def open_claims(file: str) -> Iterator[Iterator[tuple[int, ClaimEvent | BadLine]]]:
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


def _taken_in(
    claims: Iterable[tuple[int, ClaimEvent | BadLine]], started_ms: int
) -> Iterator[tuple[int, ClaimEvent | BadLine]]:
    for number, claim in claims:
        if isinstance(claim, BadLine):
            yield number, claim
            continue
        try:
            check_taken_in(claim, started_ms)
        except Undecodable as error:
            yield number, BadLine(number, error.error_class, error.message)
        else:
            yield number, claim


def _read(opened: BinaryIO) -> Iterator[tuple[int, ClaimEvent | BadLine]]:
    buffered = cast(BufferedReader, opened)
    if buffered.peek(len(_CONTAINER_MAGIC)).startswith(_CONTAINER_MAGIC):
        return read_claims_container(buffered)
    return read_claims_jsonl(buffered)


def report_bad_line(bad: BadLine) -> None:
    """Print on stderr which line is not a valid claim and why, without its values."""
    print(f"line {bad.line_number}: {bad.error_class}: {bad.message}", file=sys.stderr)
