"""The blocks of an Avro object container file, also of one that is damaged.

A file is a header and blocks, and after each of them the file's sync marker. So what lies between
two markers is one block, and a damaged one costs no other.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from lzma import LZMAError
from struct import error as StructError
from typing import Any, BinaryIO, NamedTuple, cast

import fastavro
from fastavro.schema import SchemaParseException, UnknownType

from stream_edits.codec.errors import MalformedContainer, UnreadableCodec
from stream_edits.codec.files.layers import reader_of

# What fastavro and its decompressors raise for a broken header or block.
_BROKEN = (
    EOFError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    OverflowError,
    MemoryError,
    StructError,
    zlib.error,
    LZMAError,
    SchemaParseException,
    UnknownType,
)
# Codecs of Avro that need a library, by the package that has it.
_LIBRARIES = {"snappy": "cramjam", "zstandard": "zstandard", "lz4": "lz4"}
_MODULES = {"zstandard": ("backports.zstd", "compression.zstd"), "lz4": ("lz4.block",)}
_ALWAYS = ("null", "deflate", "bzip2", "xz")
_MARKER_SIZE = 16
# The most bytes that one block is kept with; writers make blocks of some kilobytes.
_LONGEST = 1 << 28
_MOST_RECORDS = 1 << 22
_LONGEST_NUMBER = 10


class Block(NamedTuple):
    """The bytes of so many records, unpacked; no bytes, and why, for one that is damaged.

    ``records`` of a damaged block is what it says of itself, 1 if that cannot be.
    """

    records: int
    data: bytes
    problem: str | None = None


def check_codec(file: BinaryIO) -> None:
    """Read the header of a container. Raises UnreadableCodec if its blocks cannot be unpacked."""
    try:
        codec = str(fastavro.block_reader(file).metadata.get("avro.codec", "null"))
    except _BROKEN:
        return  # Told when it is read.
    if codec in _ALWAYS:
        return
    package = _LIBRARIES.get(codec)
    if package is None:
        raise UnreadableCodec(
            "the Avro container has a codec that Avro does not define; write it with deflate"
        )
    if not any(_is_there(module) for module in _MODULES.get(codec, (package,))):
        raise UnreadableCodec(
            f"the Avro container is compressed with {codec}, for which the Python package "
            f"{package} is not installed; install it, or write the file with codec deflate"
        )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


class Container:
    """A container file whose header was read: the schema of its writer, and its blocks."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises MalformedContainer for a file that does not begin as one."""
        head = _Copying(file)
        try:
            self.schema_text = str(
                fastavro.block_reader(cast(BinaryIO, head)).metadata["avro.schema"]
            )
        except _BROKEN:
            raise MalformedContainer("not an Avro object container file") from None
        self._header = bytes(head.copied)
        self._more = reader_of(file)
        self._marker = self._header[-_MARKER_SIZE:]
        self._feed, self._unpacking = self._unpacked()

    def blocks(self) -> Iterator[Block]:
        """The blocks in their order. Raises OSError, and MalformedFile for packing of the file."""
        for piece, is_whole in _pieces(self._more, self._marker):
            count, is_framed = _records_of(piece)
            data = self._data(piece) if is_whole and is_framed else None
            if data is not None:
                yield Block(count, data)
            else:
                problem = "a block is damaged" if is_whole else "the file ends within a block"
                yield Block(max(count, 1), b"", problem)

    def _data(self, piece: bytes) -> bytes | None:
        """The bytes of a block, unpacked; None if they are damaged."""
        self._feed.seek(0)
        self._feed.truncate()
        self._feed.write(piece + self._marker)
        self._feed.seek(0)
        try:
            block = next(self._unpacking)
        except _BROKEN:
            # A reader that has failed reads no more.
            self._feed, self._unpacking = self._unpacked()
            return None
        return bytes(block.bytes_.getvalue())

    def _unpacked(self) -> tuple[io.BytesIO, Iterator[Any]]:
        """A stream, and fastavro's reader of the blocks that are put there."""
        feed = io.BytesIO(self._header)
        return feed, iter(fastavro.block_reader(feed))


class _Copying:
    """A file as fastavro reads its header, which is copied."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.copied = file, bytearray()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.copied += data
        return data

    def tell(self) -> int:
        return len(self.copied)


def _pieces(more: Callable[[], bytes], marker: bytes) -> Iterator[tuple[bytes, bool]]:
    """What lies before each marker, and True; at last what lies after the last, and False."""
    held, looked_at = bytearray(), 0
    while data := more():
        held += data
        while (at := held.find(marker, looked_at)) >= 0:
            yield bytes(held[:at]), True
            del held[: at + _MARKER_SIZE]
            looked_at = 0
        looked_at = max(0, len(held) - _MARKER_SIZE + 1)
        if looked_at > _LONGEST:
            # Its size is wrong now, so that it counts as damaged.
            del held[_LONGEST:looked_at]
            looked_at = _LONGEST
    if held:
        yield bytes(held), False


def _records_of(piece: bytes) -> tuple[int, bool]:
    """How many records a piece says it has, 0 if that cannot be, and whether it is one block.

    A marker that is damaged is no marker: the piece is then two blocks, or more.
    """
    counts: list[int] = []
    at = 0
    try:
        while at < len(piece):
            count, at = _number(piece, at)
            if not 0 <= count <= _MOST_RECORDS:
                break
            counts.append(count)
            size, at = _number(piece, at)
            if size < 0:
                break
            at += size + _MARKER_SIZE
    except IndexError:
        pass
    if at == len(piece) + _MARKER_SIZE:
        return sum(counts), len(counts) == 1
    return counts[0] if counts else 0, False


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number as Avro writes it, and where it ends. Raises IndexError."""
    number = 0
    for place in range(_LONGEST_NUMBER):
        byte = data[at + place]
        number |= (byte & 127) << 7 * place
        if byte < 128:
            return number >> 1 ^ -(number & 1), at + place + 1
    raise IndexError
