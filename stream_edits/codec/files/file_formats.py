"""Tells what a file is from its first bytes."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from enum import Enum
from typing import BinaryIO, NamedTuple

from stream_edits.codec.x12 import looks_like_x12

from .layers import as_utf8, buffered, gunzipped, put_back, reader_of, with_head

_GZIP = b"\x1f\x8b"
_CONTAINER = b"Obj\x01"
_ENOUGH = 16
_PACKED_TWICE = 3
_X12_BYTES = 512
_LINES = 2
# What files of claims are sometimes handed over as, and which is not read.
_OTHERS = {
    b"PK\x03\x04": "a zip archive, or a spreadsheet",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\0": "compressed with xz",
    b"\x04\x22\x4d\x18": "compressed with lz4",
    b"7z\xbc\xaf": "a 7z archive",
    b"PAR1": "a Parquet file",
    b"ORC": "an ORC file",
    b"%PDF": "a PDF",
    b"<": "XML or HTML",
}
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}
_ACCEPTED = "claims are JSON lines, a JSON array, an Avro container or an X12 837 file"


class BadFile(Exception):
    """A file that cannot be read as a whole: one line, without its name and its content."""


class Form(Enum):
    """How the records of a file are written."""

    LINES = "JSON lines"
    DOCUMENTS = "JSON over several lines"
    ARRAY = "a JSON array"
    CONTAINER = "an Avro container"
    X12 = "X12 837"


class Opened(NamedTuple):
    """The unpacked file from its beginning, its form, and what was found around it, in words."""

    stream: BinaryIO
    form: Form
    said: tuple[str, ...]


def opened(file: BinaryIO) -> Opened:
    """Find out what a file is. Reads no more than is needed. Raises BadFile, MalformedFile."""
    more, said = reader_of(file), []
    head = with_head(more, _is_enough)
    for _ in range(_PACKED_TWICE):
        if not head.startswith(_GZIP):
            break
        said.append("gzip")
        more = gunzipped(put_back(head, more))
        head = with_head(more, _is_enough)
    if head.startswith(_GZIP):
        raise BadFile("it is compressed again and again; unpack it first")
    if looks_like_x12(head[:_X12_BYTES]):
        return Opened(buffered(put_back(head, more)), Form.X12, tuple(said))
    if head.startswith(_CONTAINER):
        return Opened(buffered(put_back(head, more)), Form.CONTAINER, tuple(said))
    more, encoding = _in_utf8(head, put_back(head, more))
    if encoding is not None and encoding != "utf-8-sig":
        said.append(encoding.upper().removesuffix("-LE").removesuffix("-BE"))
    return _json(more, said)


def _json(more: Callable[[], bytes], said: list[str]) -> Opened:
    head = with_head(more, _tells_the_form)
    form = _form_of(head)
    if form is not Form.LINES:
        said.append(form.value)
    return Opened(buffered(put_back(head, more)), form, tuple(said))


def _is_enough(head: bytes) -> bool:
    return len(head) >= _ENOUGH


def _in_utf8(head: bytes, more: Callable[[], bytes]) -> tuple[Callable[[], bytes], str | None]:
    """The text as UTF-8, and the encoding that it had, None for UTF-8. Raises BadFile."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return as_utf8(more, encoding), encoding
    for start, what in _OTHERS.items():
        if head.startswith(start):
            raise BadFile(f"it is {what}, which is not read; {_ACCEPTED}")
    if b"\0" in head[:_X12_BYTES]:
        # ASCII characters in UTF-16 have every other byte zero.
        for zero, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if not any(head[zero:_ENOUGH:2]) and all(head[1 - zero : _ENOUGH : 2]):
                return as_utf8(more, encoding), encoding
        raise BadFile(f"it is not text; {_ACCEPTED}")
    return more, None


def _tells_the_form(head: bytes) -> bool:
    """Whether the form is certain, so that a pipe that is slow is not waited for."""
    start = head.lstrip()
    if start.startswith(b"["):
        return True
    first, end, rest = start.partition(b"\n")
    if not end:
        return False
    if first.startswith(b"{"):
        return not _goes_on(first) or bool(rest.strip())
    return len(rest.strip().split(b"\n")) >= _LINES


def _form_of(head: bytes) -> Form:
    """Raises BadFile for text that holds no JSON object at all."""
    start = head.lstrip()
    first, _, rest = start.partition(b"\n")
    follows = rest.lstrip()
    if start.startswith(b"["):
        is_entry = first.strip() in (b"[]",) and follows.startswith(b"{")
        return Form.LINES if is_entry else Form.ARRAY
    if first.startswith(b"{"):
        return Form.DOCUMENTS if _goes_on(first) and follows[:1] in b'"}' else Form.LINES
    lines = [line.strip() for line in start.split(b"\n") if line.strip()]
    if len(lines) >= _LINES and not any(line.startswith(b"{") for line in lines):
        raise BadFile(f"it is neither JSON nor X12; {_ACCEPTED}")
    return Form.LINES


def _goes_on(first_line: bytes) -> bool:
    """Whether the first line ends where an object cannot end, as a pretty-printed one's does."""
    return first_line.rstrip().endswith((b"{", b",", b"[", b":"))
