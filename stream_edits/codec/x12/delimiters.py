"""The delimiters of an interchange, as its ISA segment shows them."""

import re
from typing import NamedTuple

# An ISA has 106 characters. Some writers do not pad its fields, none makes it longer.
HEADER_CHARACTERS = 200
_ELEMENTS = 16
# What may stand around a value. Python's own strip would also take delimiters, such as 1F.
BLANKS = " \t"
_LINE_BREAK = re.compile("[\r\n]")
_BYTE_ORDER_MARKS = ("\ufeff", "\xef\xbb\xbf")
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Delimiters(NamedTuple):
    """One character each: between elements, between components, and at the end of a segment."""

    element: str
    component: str
    segment: str

    @property
    def are_contradicted(self) -> bool:
        """Whether the component separator cannot be one."""
        return self.component.isalnum() or self.component in (self.element, self.segment)


class Header(NamedTuple):
    """An ISA segment: its elements, its delimiters, and the characters that it takes up."""

    elements: list[str]
    delimiters: Delimiters
    length: int


def looks_like_x12(head: bytes) -> bool:
    """Whether the first bytes of a file are those of an X12 interchange.

    Any ASCII text, UTF-8 with or without a byte order mark, Latin-1, or UTF-16.
    """
    if head.startswith(_UTF_16_MARKS) or b"\0" in head[:8]:
        # ASCII characters in UTF-16 have every other byte zero.
        text = head.removeprefix(_UTF_16_MARKS[0]).removeprefix(_UTF_16_MARKS[1])
        head = text.replace(b"\0", b"")
    text_start = without_mark(head[:HEADER_CHARACTERS].decode("latin-1")).lstrip()
    return text_start.startswith("ISA") and is_delimiter(text_start[3:4])


def without_mark(text: str) -> str:
    """The text without a byte order mark, decoded as it is or as Latin-1."""
    for mark in _BYTE_ORDER_MARKS:
        text = text.removeprefix(mark)
    return text


def is_delimiter(character: str) -> bool:
    """Whether a writer can have meant the character as a delimiter of elements."""
    return len(character) == 1 and not character.isalnum() and character not in " \r\n"


def read_header(text: str) -> Header | None:
    """The header of an interchange whose text starts with ``ISA``; None for a broken one.

    Line breaks may stand anywhere in it. One is the terminator if none follows it.
    """
    text = text[:HEADER_CHARACTERS]
    header = _header_of(_LINE_BREAK.sub("", text))
    if header is None or header.delimiters.segment in BLANKS:
        return _header_of(text)
    characters = [at for at, each in enumerate(text, start=1) if each not in "\r\n"]
    return header._replace(length=characters[header.length - 1])


def _header_of(text: str) -> Header | None:
    mark = text[3:4]
    if not is_delimiter(mark):
        return None
    parts = text.split(mark, _ELEMENTS)
    if len(parts) <= _ELEMENTS or len(parts[_ELEMENTS]) < 2 or len(parts[_ELEMENTS - 1]) != 1:
        return None
    component, segment = parts[_ELEMENTS][0], parts[_ELEMENTS][1]
    if component in " \t\r\n" or segment.isalnum() or segment in (" ", mark):
        return None
    length = sum(len(part) + 1 for part in parts[:_ELEMENTS]) + 2
    elements = [_LINE_BREAK.sub("", part).strip(BLANKS) for part in parts[:_ELEMENTS]]
    return Header([*elements, component], Delimiters(mark, component, segment), length)
