"""Finding JSON objects in a file that comes in pieces, wherever the pieces end."""

import io
from collections.abc import Iterable
from itertools import combinations, pairwise

import pytest

from stream_edits.codec.errors import MalformedJson
from stream_edits.codec.files import json_documents
from stream_edits.codec.files.json_documents import JsonDocument

_BACKSLASHES = rb'[{"a": "x\\", "b": {"c": "\\\\\"q\\"}}, {"d": "\n\"}{"}]'


class _InPieces(io.RawIOBase):
    """A file whose reads end where a text is cut."""

    def __init__(self, text: bytes, cuts: Iterable[int]) -> None:
        ends = [0, *cuts, len(text)]
        self._pieces = [text[a:b] for a, b in pairwise(ends)]

    def read(self, _: int = -1) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


def _found(text: bytes, cuts: Iterable[int] = ()) -> list[JsonDocument]:
    return list(json_documents(_InPieces(text, cuts)))  # type: ignore[arg-type]


def test_objects_are_found_wherever_the_pieces_end() -> None:
    whole = _found(_BACKSLASHES)
    assert [each.text for each in whole] == [
        rb'{"a": "x\\", "b": {"c": "\\\\\"q\\"}}',
        rb'{"d": "\n\"}{"}',
    ]
    places = range(1, len(_BACKSLASHES))
    for cuts in [*((each,) for each in places), *combinations(places, 2)]:
        assert _found(_BACKSLASHES, cuts) == whole, cuts


def test_an_object_has_the_line_where_it_begins() -> None:
    text = b'[\n{\n"a": 1\n},\n\n{"b": 2}, oops, {"c": 3}]\n'
    found = [(each.line, each.text) for each in _found(text)]
    assert found == [(2, b'{\n"a": 1\n}'), (6, b'{"b": 2}'), (6, b"oops"), (6, b'{"c": 3}')]


@pytest.mark.parametrize("text", [b'[{"a": 1}, {"b": "x\\"}', b'[{"a": 1', b'[{"a": 1}'])
def test_a_file_that_is_cut_off_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedJson, match="ends"):
        _found(text)
