"""Streams over streams: first bytes put back, gzip undone, UTF-16 turned into UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

from stream_edits.codec.errors import MalformedFile

_AT_ONCE = 1 << 16
_HEAD_AT_MOST = 1 << 20


class Layer(io.RawIOBase):
    """The bytes that a function gives, as a stream; no bytes mean the end."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self._left = b""
        self._given = 0

    def tell(self) -> int:
        """The bytes that were read; readers of Avro ask for it."""
        return self._given

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer at least with one byte, unless it is the end."""
        if not self._left:
            self._left = self._more()
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        self._given += len(taken)
        return len(taken)


def buffered(more: Callable[[], bytes]) -> io.BufferedReader:
    """A stream of the bytes that a function gives."""
    return io.BufferedReader(Layer(more), _AT_ONCE)


def reader_of(file: BinaryIO) -> Callable[[], bytes]:
    """A function that gives what is there, at least one byte, and none at the end."""
    whole = cast(io.BufferedReader, file)
    return lambda: whole.read1(_AT_ONCE)


def with_head(more: Callable[[], bytes], is_enough: Callable[[bytes], bool]) -> bytes:
    """The first bytes, as many as are enough to tell, or all of a small file."""
    head = b""
    while len(head) < _HEAD_AT_MOST and not (head and is_enough(head)):
        data = more()
        if not data:
            break
        head += data
    return head


def put_back(head: bytes, more: Callable[[], bytes]) -> Callable[[], bytes]:
    """As before the head was read."""
    first = [head] if head else []
    return lambda: first.pop() if first else more()


def gunzipped(more: Callable[[], bytes]) -> Callable[[], bytes]:
    """The unpacked bytes. The function raises MalformedFile."""
    unpacked = gzip.GzipFile(fileobj=buffered(more), mode="rb")

    def next_bytes() -> bytes:
        try:
            return unpacked.read1(_AT_ONCE)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise MalformedFile(
                "the gzip data is broken or cut off; nothing after it was read"
            ) from None

    return next_bytes


def as_utf8(more: Callable[[], bytes], encoding: str) -> Callable[[], bytes]:
    """The text in UTF-8, without a byte order mark. The function raises MalformedFile."""
    decoder = codecs.getincrementaldecoder(encoding)()

    def next_bytes() -> bytes:
        while True:
            data = more()
            try:
                text = decoder.decode(data, final=not data).removeprefix("\ufeff")
                if text or not data:
                    return text.encode()
            except UnicodeError:
                raise MalformedFile(
                    f"the text is not valid {encoding.upper()}; nothing after it was read"
                ) from None

    return next_bytes
