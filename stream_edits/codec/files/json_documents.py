"""JSON objects over several lines, or in an array: found one after another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from stream_edits.codec.errors import MalformedJson

_AT_ONCE = 1 << 16
_LONGEST = 1 << 26
_BETWEEN = b" \t\r\n,[]"
_MARK = re.compile(rb'\\.|["{}\n]', re.DOTALL)


class JsonDocument(NamedTuple):
    """The text of an object, or of what stands between objects, and the line where it begins."""

    line: int
    text: bytes


def json_documents(file: BinaryIO) -> Iterator[JsonDocument]:
    """Each object of a file that holds objects one after another, or one array of them.

    Commas and the brackets of the array are skipped; anything else between objects is a document
    as well, which is not an object. Raises MalformedJson for a file that is cut off.
    """
    walk = _Walk()
    while data := file.read(_AT_ONCE):
        yield from walk.feed(data)
    yield from walk.end()


class _Walk:
    def __init__(self) -> None:
        self._text = b""
        # Where the unfinished part begins, and how far it was looked at.
        self._start = self._seen = 0
        self._line = self._first_line = 1
        self._depth = 0
        self._in_string = False
        self._open_arrays = 0

    def feed(self, data: bytes) -> Iterator[JsonDocument]:
        """The objects that end in these bytes. Raises MalformedJson for an endless one."""
        self._text = self._text[self._start :] + data
        self._seen, self._start = self._seen - self._start, 0
        # Backslashes come in pairs. One left over at the end belongs to the byte that follows.
        backslashes = len(self._text) - max(len(self._text.rstrip(b"\\")), self._seen)
        end = len(self._text) - backslashes % 2
        for mark in _MARK.finditer(self._text, self._seen, end):
            yield from self._meet(mark[0], mark.start())
        self._seen = max(end, self._seen)
        if len(self._text) - self._start > _LONGEST:
            raise MalformedJson("an object does not end; nothing after it was read")

    def _meet(self, mark: bytes, place: int) -> Iterator[JsonDocument]:
        if mark == b"\n":
            self._line += 1
        elif mark == b'"':
            self._in_string = not self._in_string
        elif self._in_string:
            return
        elif mark == b"{":
            if self._depth == 0:
                yield from self._between(place)
                self._start, self._first_line = place, self._line
            self._depth += 1
        elif mark == b"}" and self._depth:
            self._depth -= 1
            if self._depth == 0:
                yield JsonDocument(self._first_line, self._text[self._start : place + 1])
                self._start = place + 1

    def _between(self, end: int) -> Iterator[JsonDocument]:
        """What stands between two objects, if it should not."""
        text = self._text[self._start : end]
        self._open_arrays += text.count(b"[") - text.count(b"]")
        if text.strip(_BETWEEN):
            yield JsonDocument(self._line, text.strip(_BETWEEN))

    def end(self) -> Iterator[JsonDocument]:
        """What is left at the end of the file. Raises MalformedJson."""
        if self._depth or self._in_string:
            raise MalformedJson("the file ends in the middle of an object")
        yield from self._between(len(self._text))
        if self._open_arrays > 0:
            raise MalformedJson("the file ends before the end of its array")
