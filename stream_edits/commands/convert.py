"""`convert`: X12 837 files to claims as JSON lines."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from stream_edits.codec.errors import Undecodable
from stream_edits.codec.jsonl import claim_to_line
from stream_edits.codec.x12 import Reading, Refusal, Tally, read_claims
from stream_edits.commands.files.claim_files import limit_reached
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.commands.files.input_files import (
    BadFiles,
    InputFile,
    folders_not_read,
    inputs_of,
    others_not_read,
)
from stream_edits.commands.files.x12_files import say_summary
from stream_edits.commands.files.x12_options import BadX12Option, reading_of
from stream_edits.commands.progress import Progress

CUT_OFF = "the rest of the file cannot be read"


class Converted(NamedTuple):
    """What became of the files: how many claims were refused, and how many files are not X12."""

    refused: int
    not_x12: int


def convert_files(files: Sequence[str], output: Path | None, options: FileOptions) -> Converted:
    """Write the claims of X12 files, or of all files of a folder, as JSON lines.

    A file that is not X12 is reported on stderr, as is each claim that was refused; the others are
    written. Raises BadX12Option, also for an output that cannot be written; BadFiles.
    """
    reading = reading_of(options.x12, time.time_ns() // 1_000_000)
    inputs = inputs_of(files, output)
    if output is not None and any(_is_same(each, output) for each in inputs):
        raise BadX12Option("--output is one of the files to read")
    tally, not_x12, done, others = Tally(), 0, 0, list(others_not_read(files))
    with Progress(options.progress, _size_of(inputs)) as progress, _opened(output) as out:
        progress.say_each([*folders_not_read(files), *others])
        for each in inputs:
            done, transactions = done + 1, tally.transactions
            try:
                with each.opened(progress.add_bytes) as opened:
                    _convert(each, opened.stream, reading, tally, progress, out, options.max_errors)
            except Undecodable as error:
                not_x12 += 1
                progress.say(f"{each.shown}: {error.message}")
            except BadFiles as error:
                if tally.transactions > transactions:
                    tally.refused[CUT_OFF] += 1
                    progress.refuse(f"{each.shown}: {CUT_OFF}: {error.reason}")
                else:
                    not_x12 += 1
                    progress.say(f"{each.shown}: not an X12 file: {error.reason}")
            except OSError as error:
                if error.filename is None:
                    # Not of the file but of the output.
                    raise
                not_x12 += 1
                progress.say(f"{each.shown}: cannot be read: {error.strerror}")
            if 0 < options.max_errors <= progress.refused:
                progress.say(limit_reached(progress.refused))
                break
        progress.end()
        say_summary(tally, reading, done, progress)
    return Converted(tally.refused.total(), not_x12 + len(others))


def _convert(
    file: InputFile,
    opened: BinaryIO,
    reading: Reading,
    tally: Tally,
    progress: Progress,
    out: BinaryIO,
    max_errors: int,
) -> None:
    """Write the claims of a file, until ``max_errors`` were refused in all files."""
    for _, event in read_claims(opened, reading, tally):
        progress.count()
        if isinstance(event, Refusal):
            progress.refuse(f"{file.path}: {event.place}: {event.reason}")
            if 0 < max_errors <= progress.refused:
                return
        else:
            out.write(claim_to_line(event))


def _size_of(inputs: Sequence[InputFile]) -> int | None:
    sizes = [each.size for each in inputs]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _is_same(file: InputFile, other: Path) -> bool:
    return file.can_be_read_twice and other.exists() and Path(file.path).samefile(other)


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        opened = output.open("wb")
    except OSError as error:
        raise BadX12Option(f"--output cannot be written: {error.strerror}") from None
    with opened:
        yield opened
