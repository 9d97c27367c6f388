"""Reading X12 files, with a summary of what was in them."""

from collections.abc import Iterator
from typing import BinaryIO

from stream_edits.codec.jsonl import BadLine
from stream_edits.codec.x12 import Reading, Refusal, Tally, read_claims
from stream_edits.commands.progress import Progress
from stream_edits.domain.claim import ClaimEvent


def read_x12_events(
    file: BinaryIO, reading: Reading, tally: Tally
) -> Iterator[tuple[int, str, ClaimEvent | BadLine]]:
    """Each claim's number in the file, from 1, its place in words, and the claim, or why not.

    Counts in ``tally``. Raises NotX12.
    """
    for place, event in read_claims(file, reading, tally):
        if isinstance(event, Refusal):
            yield place.number, event.place, BadLine(place.number, "RefusedClaim", event.reason)
        else:
            yield place.number, place.in_words, event


def say_summary(tally: Tally, reading: Reading, files: int, progress: Progress) -> None:
    """What was read and what was not, on stderr."""
    refused = tally.refused.total()
    enrichment = reading.enrichment
    unmet = {"claims": enrichment.unused(), "documents": enrichment.unused_documents()}
    lines = [
        f"files: {files}; transactions: {tally.transactions}; claims: {tally.claims}; "
        f"refused: {refused}",
        *[f"  refused, {reason}: {count}" for reason, count in sorted(tally.refused.items())],
        *[f"  warning, {what}: {count}" for what, count in sorted(tally.warnings.items())],
    ]
    lines += [
        f"  warning, {what} of the enrich file that were not met: {count}"
        for what, count in unmet.items()
        if count
    ]
    progress.say_each(lines)
