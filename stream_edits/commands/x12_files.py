"""Reading X12 files, with progress on a terminal and a summary at the end."""

import sys
import time
from collections.abc import Iterator
from typing import BinaryIO, cast

from stream_edits.codec.jsonl import BadLine
from stream_edits.codec.x12 import Reading, Refusal, Tally, read_claims
from stream_edits.domain.claim import ClaimEvent

_SHOWN_EVERY_S = 0.5
_MB = 1_000_000


class Progress:
    """Shows on a terminal how many bytes and claims were read; elsewhere it does nothing."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._bytes = 0
        self._next = 0.0
        self._is_shown = sys.stderr.isatty()

    def watch(self, file: BinaryIO) -> BinaryIO:
        """The file, whose reading is shown."""
        return cast(BinaryIO, _Watched(file, self)) if self._is_shown else file

    def add(self, count: int) -> None:
        """Count bytes that were read."""
        self._bytes += count
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SHOWN_EVERY_S
            text = f"{self._bytes / _MB:,.0f} MB, {self._tally.claims:,} claims"
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the progress away, so that something else can be printed."""
        if self._is_shown and self._bytes:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class _Watched:
    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file, self._progress = file, progress

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._progress.add(len(data))
        return data


def read_x12_events(file: BinaryIO, reading: Reading) -> Iterator[tuple[int, ClaimEvent | BadLine]]:
    """Each claim's number in the file, from 1, and the claim, or why it was refused.

    Prints the summary when all is read. Raises NotX12.
    """
    tally = Tally()
    progress = Progress(tally)
    for number, event in read_claims(progress.watch(file), reading, tally):
        if isinstance(event, Refusal):
            progress.clear()
            yield number, BadLine(number, "RefusedClaim", event.reason, event.place)
        else:
            yield number, event
    progress.clear()
    print_summary(tally, reading, files=1)


def print_summary(tally: Tally, reading: Reading, files: int) -> None:
    """What was read and what was not, on stderr."""
    refused = tally.refused.total()
    unused = reading.enrichment.unused()
    lines = [
        f"files: {files}; transactions: {tally.transactions}; claims: {tally.claims}; "
        f"refused: {refused}",
        *[f"  refused, {reason}: {count}" for reason, count in sorted(tally.refused.items())],
        *[f"  warning, {what}: {count}" for what, count in sorted(tally.warnings.items())],
    ]
    if unused:
        lines.append(f"  warning, claims of the enrich file that were not met: {unused}")
    print("\n".join(lines), file=sys.stderr)
