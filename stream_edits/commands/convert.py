"""`convert`: X12 837 files to claims as JSON lines."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from stream_edits.codec.jsonl import claim_to_line
from stream_edits.codec.x12 import NotX12, Reading, Refusal, Tally, read_claims
from stream_edits.commands.x12_files import Progress, print_summary
from stream_edits.commands.x12_options import BadX12Option, X12Options, reading_of

STDIN = "-"


class Converted(NamedTuple):
    """What became of the files: how many claims were refused, and how many files are no X12."""

    refused: int
    not_x12: int


def convert_files(files: Sequence[str], output: Path | None, options: X12Options) -> Converted:
    """Write the claims of X12 files, or of all files of a folder, as JSON lines.

    A file that is not X12 is reported on stderr, as is each claim that was refused; the others are
    written. Raises BadX12Option, also for an output that cannot be written.
    """
    reading = reading_of(options)
    inputs = _inputs(files, output)
    tally, not_x12 = Tally(), 0
    progress = Progress(tally)
    with _opened(output) as out:
        for file in inputs:
            try:
                with _input(file) as opened:
                    _convert(file, progress.watch(opened), reading, tally, progress, out)
            except (NotX12, OSError) as error:
                not_x12 += 1
                progress.clear()
                reason = error.message if isinstance(error, NotX12) else _unreadable(error)
                print(f"{file}: {reason}", file=sys.stderr)
    progress.clear()
    print_summary(tally, reading, len(inputs))
    return Converted(tally.refused.total(), not_x12)


def _convert(
    file: str, opened: BinaryIO, reading: Reading, tally: Tally, progress: Progress, out: BinaryIO
) -> None:
    for _, event in read_claims(opened, reading, tally):
        if isinstance(event, Refusal):
            progress.clear()
            print(f"{file}: {event.place}: {event.reason}", file=sys.stderr)
        else:
            out.write(claim_to_line(event))


def _inputs(files: Sequence[str], output: Path | None) -> list[str]:
    """The files, those of a folder by name. Raises BadX12Option."""
    found: list[str] = []
    for file in files:
        if file != STDIN and Path(file).is_dir():
            entries = sorted(Path(file).iterdir())
            inside = [x for x in entries if x.is_file() and not x.name.startswith(".")]
            found += [str(x) for x in inside if output is None or not _is_same(x, output)]
        elif file != STDIN and output is not None and _is_same(Path(file), output):
            raise BadX12Option("--output is one of the files to read")
        else:
            found.append(file)
    if not found:
        raise BadX12Option("the folder has no files")
    return found


def _is_same(file: Path, other: Path) -> bool:
    return file.exists() and other.exists() and file.samefile(other)


@contextmanager
def _input(file: str) -> Iterator[BinaryIO]:
    if file == STDIN:
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as opened:
        yield opened


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


def _unreadable(error: OSError) -> str:
    return f"cannot be read: {error.strerror}"
