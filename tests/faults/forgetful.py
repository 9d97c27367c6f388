"""A link to the broker that can lose a single answer, as a coordinator that reloads a group may."""

import asyncio
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import Callable, Coroutine
from contextlib import suppress

from tests.faults.network import Link

# The kinds of requests, from the Kafka protocol.
FIND_COORDINATOR, JOIN_GROUP, SYNC_GROUP = 10, 11, 14
_SIZE, _KIND, _NUMBER = slice(0, 4), slice(0, 2), slice(4, 8)


class ForgetfulLink(Link):
    """Carries requests and answers one by one. `losing` is the kind of the next answer to lose."""

    def __init__(self, upstream: int) -> None:
        super().__init__(upstream)
        self.losing: int | None = None

    def _ways(
        self, near: StreamReader, on: StreamWriter, far: StreamReader, back: StreamWriter
    ) -> list[Coroutine[None, None, None]]:
        kinds: dict[bytes, int] = {}

        def asked(frame: bytes) -> bool:
            kinds[frame[_NUMBER]] = int.from_bytes(frame[_KIND])
            return True

        def answered(frame: bytes) -> bool:
            if kinds.pop(frame[_SIZE]) != self.losing:
                return True
            self.losing = None
            return False

        return [_carried(near, on, asked), _carried(far, back, answered)]


async def _carried(
    reader: StreamReader, writer: StreamWriter, wanted: Callable[[bytes], bool]
) -> None:
    """Carry the frames that are wanted, each after its size."""
    with suppress(OSError, IncompleteReadError, asyncio.CancelledError):
        while True:
            size = await reader.readexactly(4)
            frame = await reader.readexactly(int.from_bytes(size))
            if wanted(frame):
                writer.write(size + frame)
                await writer.drain()
