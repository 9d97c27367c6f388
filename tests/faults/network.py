"""A TCP proxy between some processes and the broker: cut, silent, one-way, slow."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Self

from tests.broker.properties import free_port

_HOST = "127.0.0.1"
_CHUNK = 65_536


class _Direction:
    """One direction of the traffic: it flows, is delayed, or is held."""

    def __init__(self) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.delay_s = 0.0


class Link:
    """A TCP proxy in front of one port, in a thread of its own."""

    def __init__(self, upstream: int) -> None:
        self.port = free_port()
        self._upstream = upstream
        self._requests, self._answers = _Direction(), _Direction()
        self._refusing = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="link", daemon=True)

    @property
    def bootstrap(self) -> str:
        """The bootstrap address for clients behind the proxy."""
        return f"{_HOST}:{self.port}"

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._writers) // 2

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Break every connection, and every new one."""
        self._change(lambda: self._refuse(True))
        try:
            yield
        finally:
            self._change(lambda: self._refuse(False))

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Hold all traffic in both directions without breaking a connection; it arrives late."""
        self._change(lambda: self._hold(self._requests, self._answers))
        try:
            yield
        finally:
            self._change(self._flow)

    @contextmanager
    def no_answers(self) -> Iterator[None]:
        """Deliver the requests and lose the answers together with the connections."""
        self._change(lambda: self._hold(self._answers))
        try:
            yield
        finally:
            self._change(self._break_all)
            self._change(self._flow)

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Delay all traffic in both directions."""
        self._change(lambda: self._delay(seconds))
        try:
            yield
        finally:
            self._change(lambda: self._delay(0.0))

    def __enter__(self) -> Self:
        self._thread.start()
        serving = asyncio.start_server(self._carry, _HOST, self.port)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._change(self._server.close)
        self._change(self._break_all)
        self._change(self._flow)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _change(self, change: Callable[[], None]) -> None:
        """Run a change in the proxy's thread and wait for it."""

        async def changed() -> None:
            change()
            await asyncio.sleep(0.05)  # lets the waiting tasks run

        asyncio.run_coroutine_threadsafe(changed(), self._loop).result(10)

    def _refuse(self, refusing: bool) -> None:
        self._refusing = refusing
        self._break_all()

    def _break_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _hold(self, *directions: _Direction) -> None:
        for direction in directions:
            direction.flowing.clear()

    def _flow(self) -> None:
        self._requests.flowing.set()
        self._answers.flowing.set()

    def _delay(self, seconds: float) -> None:
        self._requests.delay_s = self._answers.delay_s = seconds

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it."""
        with suppress(OSError):
            if not self._refusing:
                far, on = await asyncio.open_connection(_HOST, self._upstream)
                await self._both_ways(near, on, far, back)
        back.transport.abort()

    async def _both_ways(
        self,
        near: asyncio.StreamReader,
        on: asyncio.StreamWriter,
        far: asyncio.StreamReader,
        back: asyncio.StreamWriter,
    ) -> None:
        pair = {on, back}
        self._writers |= pair
        try:
            ways = self._ways(near, on, far, back)
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        finally:
            self._writers -= pair
            on.transport.abort()

    def _ways(
        self,
        near: asyncio.StreamReader,
        on: asyncio.StreamWriter,
        far: asyncio.StreamReader,
        back: asyncio.StreamWriter,
    ) -> list[Coroutine[None, None, None]]:
        return [self._pump(near, on, self._requests), self._pump(far, back, self._answers)]

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Direction
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await asyncio.sleep(way.delay_s)
                await way.flowing.wait()
                writer.write(data)
                await writer.drain()
