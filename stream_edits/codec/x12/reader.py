"""Reads an 837 file claim by claim."""

from collections.abc import Iterator
from typing import BinaryIO

from stream_edits.codec.errors import NotX12
from stream_edits.domain.claim import ClaimEvent

from .reading import ClaimPlace, Reading, Refusal, Tally
from .segments import BrokenHeader, read_blocks
from .walker import Walker

_NO_HEADER = "an interchange header (ISA) that cannot be read; the rest of the file was not read"


def read_claims(
    file: BinaryIO, reading: Reading, tally: Tally | None = None
) -> Iterator[tuple[ClaimPlace, ClaimEvent | Refusal]]:
    """Each claim of the file with its place, or why it was refused.

    Counts in ``tally``. Raises NotX12 for a file that is not X12 at all, before any claim; OSError.
    """
    walker = Walker(reading, Tally() if tally is None else tally)
    try:
        for block in read_blocks(file):
            if block.header is not None:
                yield from walker.start_interchange(block.header, block.delimiters)
            yield from walker.walk(block.segments)
    except BrokenHeader:
        if not walker.has_started:
            raise NotX12("not an X12 file: it does not start with a whole ISA segment") from None
        yield from walker.refuse_rest(_NO_HEADER)
        return
    if not walker.has_started:
        raise NotX12("not an X12 file: it is empty")
    if not walker.has_transactions:
        raise NotX12("not an X12 file that can be used: it has no transaction set (ST)")
    yield from walker.end_file()
