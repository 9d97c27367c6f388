"""Random changes to inputs: run after the guided part, at several times its speed."""

from collections.abc import Callable, Sequence
from random import Random

_PIECES = (
    b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # the largest long of Avro
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # and the smallest
    b"\x80" * 12,
    b"\x00",
    b"\xff",
    b"\x00\x00\x00\x00\x01",
    b"[" * 50,
    b'{"a":',
    b"null",
    b"1e999",
    b"-0",
    b"\\ud800",
    b"\xc3\x28",
    b"\n",
    b"&a ",
    b"*a",
    b"<<: ",
    b": ",
    b"- ",
    b"!!",
)


class Mutations:
    """An endless source of inputs: those of a corpus, each changed in one to four places."""

    def __init__(self, corpus: Sequence[bytes], seed: int, longest: int) -> None:
        self._corpus = corpus
        self._random = Random(seed)
        self._longest = longest
        self._changes: tuple[Callable[[bytearray], None], ...] = (
            self._flip,
            self._put,
            self._insert,
            self._cut,
            self._repeat,
            self._splice,
        )

    def next(self) -> bytes:
        """One more input."""
        whole = bytearray(self._random.choice(self._corpus))
        for _ in range(self._random.choice((1, 1, 1, 2, 3, 4))):
            self._random.choice(self._changes)(whole)
        return bytes(whole[: self._longest])

    def _at(self, whole: bytearray) -> int:
        return self._random.randrange(len(whole) + 1)

    def _flip(self, whole: bytearray) -> None:
        if whole:
            whole[self._random.randrange(len(whole))] ^= 1 << self._random.randrange(8)

    def _put(self, whole: bytearray) -> None:
        if whole:
            whole[self._random.randrange(len(whole))] = self._random.randrange(256)

    def _insert(self, whole: bytearray) -> None:
        at = self._at(whole)
        whole[at:at] = self._random.choice(_PIECES)

    def _cut(self, whole: bytearray) -> None:
        at = self._at(whole)
        del whole[at : at + self._random.choice((1, 2, 5, 50))]

    def _repeat(self, whole: bytearray) -> None:
        at, size = self._at(whole), self._random.choice((1, 4, 20))
        whole[at:at] = whole[at : at + size] * self._random.choice((1, 2, 20))

    def _splice(self, whole: bytearray) -> None:
        other = self._random.choice(self._corpus)
        start = self._random.randrange(len(other) + 1)
        at = self._at(whole)
        whole[at : at + self._random.choice((0, 10, 100))] = other[start : start + 100]
