"""An X12 file as segments, in blocks, with no more of it in memory than a chunk."""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from .delimiters import (
    BLANKS,
    HEADER_CHARACTERS,
    Delimiters,
    is_delimiter,
    read_header,
    without_mark,
)
from .loops import TOO_LONG

# No segment of an 837 comes near it; without a limit a wrong terminator would fill the memory.
LONGEST_SEGMENT = 16_384
_CHUNK_BYTES = 1 << 17
_ISA = re.compile("ISA")
# Where lines end in the middle of segments.
_BROKEN_ISA = re.compile("I[\r\n]*+S[\r\n]*+A[\r\n]*+")
# An ISA in fixed columns: known even where the end of the segment before it is missing.
_FIXED_ISA = re.compile(
    r"ISA(?P<e>[^A-Za-z0-9 \t\r\n])(?:..(?P=e).{10}(?P=e)){2}(?:..(?P=e).{15}(?P=e)){2}"
    r"\d{6}(?P=e)\d{4}(?P=e).(?P=e)\d{5}(?P=e)\d{9}(?P=e).(?P=e).(?P=e)"
)
# How far a line may be indented.
_INDENT = 64
_LINE_BREAKS = "\r\n"
# What writers put before segments and after the last one: blanks, form feeds, Ctrl-Z, NULs.
_PADDING = f"{BLANKS}\v\f\x1a\0\ufeff\xef\xbb\xbf"
_BLANKS = f"{_PADDING}\r\n"
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class BrokenHeader(Exception):
    """An interchange starts with an ISA that shows no delimiters: what follows cannot be read."""


class Block(NamedTuple):
    """Segments of one interchange without their terminators; ``header`` if it starts with them."""

    delimiters: Delimiters
    segments: list[str]
    header: list[str] | None


def read_blocks(file: BinaryIO) -> Iterator[Block]:
    """The segments of a file. Line breaks between or in segments do not count.

    Characters above ASCII come as Latin-1 unless the file is UTF-16: see ``text_of``. Raises
    BrokenHeader.
    """
    cutter = _Cutter()
    for text in _texts(file):
        yield from cutter.add(text)
    yield from cutter.end()


def text_of(value: str) -> str:
    """An element's text: read as Latin-1, it is UTF-8 where it can be."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _texts(file: BinaryIO) -> Iterator[str]:
    chunk = file.read(_CHUNK_BYTES)
    decode = codecs.getincrementaldecoder(_encoding_of(chunk))("replace").decode
    yield without_mark(decode(chunk))
    while chunk:
        chunk = file.read(_CHUNK_BYTES)
        yield decode(chunk, not chunk)


def _encoding_of(head: bytes) -> str:
    marked = _UTF_16.get(head[:2])
    if marked:
        return marked
    if head[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if head[:1] == b"\0" else "latin-1"


class _Cutter:
    """Cuts text into blocks as it comes."""

    def __init__(self) -> None:
        self._rest = ""
        self._delimiters: Delimiters | None = None
        self._header: list[str] | None = None
        self._too_long = False

    def add(self, text: str) -> Iterator[Block]:
        self._rest += text
        yield from self._cut(at_end=False)

    def end(self) -> Iterator[Block]:
        yield from self._cut(at_end=True)
        if self._delimiters is not None and (self._rest.strip() or self._header or self._too_long):
            yield self._block(self._delimiters, self._rest)

    def _cut(self, at_end: bool) -> Iterator[Block]:
        while True:
            delimiters = self._delimiters or self._start_interchange(at_end)
            if delimiters is None:
                return
            start = self._next_header(delimiters.segment)
            if start is None:
                break
            before, self._rest = self._rest[:start], self._rest[start:]
            yield self._block(delimiters, before)
            self._delimiters = None
        whole, mark, self._rest = self._rest.rpartition(delimiters.segment)
        if mark:
            yield self._block(delimiters, whole)
        if len(self._rest) > LONGEST_SEGMENT:
            self._rest = _unbroken(self._rest, delimiters).lstrip(_PADDING)
        if len(self._rest) > LONGEST_SEGMENT:
            # The end is kept: a header may begin in it.
            self._rest, self._too_long = self._rest[-HEADER_CHARACTERS:], True

    def _start_interchange(self, at_end: bool) -> Delimiters | None:
        self._rest = without_mark(self._rest.lstrip()).lstrip()
        if not self._rest or (len(self._rest) < HEADER_CHARACTERS and not at_end):
            return None
        header = read_header(self._rest)
        if header is None:
            raise BrokenHeader
        self._delimiters, self._header = header.delimiters, header.elements
        self._rest = self._rest[header.length :]
        return header.delimiters

    def _next_header(self, terminator: str) -> int | None:
        name = _ISA if terminator in _LINE_BREAKS else _BROKEN_ISA
        for found in name.finditer(self._rest):
            if self._is_header(found, terminator):
                return found.start()
        return None

    def _is_header(self, found: re.Match[str], terminator: str) -> bool:
        start, end = found.span()
        if not is_delimiter(self._rest[end : end + 1]):
            return False
        before = self._rest[max(0, start - _INDENT) : start]
        last = before.rstrip(_BLANKS)[-1:]
        # The terminator may be a line break, which is a blank as well.
        if not last or last == terminator or terminator in before[len(before.rstrip(_BLANKS)) :]:
            return True
        return bool(_FIXED_ISA.match(self._rest, start))

    def _block(self, delimiters: Delimiters, text: str) -> Block:
        header, self._header = self._header, None
        whole = _unbroken(text, delimiters)
        segments = [piece.lstrip(_PADDING) for piece in whole.split(delimiters.segment)]
        if _untidy_id(delimiters).search(delimiters.segment + whole):
            segments = [_with_tidy_id(each, delimiters.element) for each in segments]
        if len(text) > LONGEST_SEGMENT and max(map(len, segments)) > LONGEST_SEGMENT:
            segments = [TOO_LONG if len(x) > LONGEST_SEGMENT else x for x in segments]
        if self._too_long:
            segments[0], self._too_long = TOO_LONG, False
        if "" in segments:
            # A blank line is not a segment, so SE01 does not count it.
            segments = [each for each in segments if each]
        return Block(delimiters, segments, header)


@lru_cache(maxsize=64)
def _untidy_id(delimiters: Delimiters) -> re.Pattern[str]:
    """A segment id that has small letters, or a blank after it."""
    element, segment = re.escape(delimiters.element), re.escape(delimiters.segment)
    untidy = rf"(?:[A-Z0-9]{{2,3}}[ \t]+|(?=\w*[a-z])\w{{2,3}}[ \t]*){element}"
    # It begins with the terminator, because a search for one character is fast.
    return re.compile(rf"{segment}[ \t]*+{untidy}")


def _with_tidy_id(segment: str, mark: str) -> str:
    """The segment with its id in capitals and without blanks: the rest of it is to be read."""
    name, found, rest = segment.partition(mark)
    name = name.rstrip(BLANKS)
    return f"{name.upper()}{found}{rest}" if found and len(name) <= len("CLM") else segment


def _unbroken(text: str, delimiters: Delimiters) -> str:
    """The text without line breaks, unless one is the terminator."""
    for line_break in _LINE_BREAKS:
        if line_break != delimiters.segment:
            text = text.replace(line_break, "")
    return text
