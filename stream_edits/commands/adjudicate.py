"""Claims in files: reading them, and `adjudicate`, which decides them without Kafka."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from stream_edits.app.wiring import decision_builder
from stream_edits.codec.container import read_claims_container
from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.jsonl import BadLine, read_claims_jsonl
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.report import print_report
from stream_edits.settings import Settings
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.retention import Retention

_CONTAINER_MAGIC = b"Obj\x01"


@contextmanager
def claims_of(file: str) -> Iterator[Iterator[tuple[int, ClaimEvent | BadLine]]]:
    """The numbered lines (or records) of a file of claims, JSON or Avro by its first bytes.

    ``-`` is standard input.
    """
    if file == "-":
        yield _read(sys.stdin.buffer)
        return
    with Path(file).open("rb") as opened:
        yield _read(opened)


def _read(opened: BinaryIO) -> Iterator[tuple[int, ClaimEvent | BadLine]]:
    buffered = cast(BufferedReader, opened)
    if buffered.peek(len(_CONTAINER_MAGIC)).startswith(_CONTAINER_MAGIC):
        return read_claims_container(buffered)
    return read_claims_jsonl(buffered)


def report_bad(bad: BadLine) -> None:
    """Say on stderr which line is no claim and why, without its values."""
    print(f"line {bad.line_number}: {bad.error_class}: {bad.message}", file=sys.stderr)


def adjudicate_file(settings: Settings, file: str, form: str) -> int:
    """Decide the claims of a file, and print each decision as it is made.

    Returns the number of lines that are no claims. Raises PolicyError.
    """
    run = Pipeline(decision_builder(settings), Retention(settings.retention_days))
    name = "-" if file == "-" else Path(file).name
    decisions: list[ClaimDecision] = []
    bad = 0
    with claims_of(file) as claims:
        for number, claim in claims:
            if isinstance(claim, BadLine):
                bad += 1
                report_bad(claim)
                continue
            for decision in run.decide(claim, Source(name, 0, number)):
                if form == "json":
                    sys.stdout.write(decision_to_json(decision) + "\n")
                else:
                    decisions.append(decision)
    if form == "table":
        print_report(decisions)
    sys.stdout.flush()
    return bad
