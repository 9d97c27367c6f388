"""Workers of `run --processes` that end at a bad moment."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from unittest.mock import Mock

import pytest
from prometheus_client import CollectorRegistry

from stream_edits.metrics import WorkerMetrics
from stream_edits.service.combined_endpoint import GatheringServer
from stream_edits.service.workers import Worker, Workers


class _Idle(Worker):
    """A worker without a process. It runs until it is asked to end."""

    def __init__(self, instance: int, starting: Callable[[], None], code: int) -> None:
        super().__init__([], instance)
        self._starting, self._code = starting, code
        self.started = self.looks = 0
        self._runs = False

    @property
    def running(self) -> bool:
        self.looks += 1
        assert self.looks < 100, "nobody asks it to end"
        return self._runs

    def start(self, environ: Mapping[str, str]) -> None:
        self._starting()
        self.started += 1
        self._runs = True

    def stop(self) -> None:
        self._runs = False

    def ended(self) -> int | None:
        return self._code if self.started else None


@pytest.mark.parametrize(("code", "exit_code"), [(0, 0), (-15, 0), (1, 1), (-9, 1)])
def test_a_stop_while_workers_are_started_reaches_all(
    code: int, exit_code: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stops: list[Callable[[int, None], None]] = []
    monkeypatch.setattr(signal, "signal", lambda _, handler: stops.append(handler))
    workers = Workers([], (), WorkerMetrics(CollectorRegistry()))

    def stopped_now() -> None:
        stops[0](signal.SIGTERM, None)

    idle = [_Idle(0, lambda: None, code), _Idle(1, stopped_now, code), _Idle(2, stopped_now, code)]
    workers.all[:] = idle
    assert workers.run({}) == exit_code
    assert [each.started for each in idle] == [1, 1, 0]
    ended = [x for x in caplog.records if getattr(x, "event", "") == "worker_ended"]
    assert len(ended) == 2 * exit_code


def test_a_worker_is_asked_to_end_once() -> None:
    worker = Worker([], 0)
    worker.stop()
    process = Mock()
    worker._process = process
    worker.stop()
    worker.stop()
    process.send_signal.assert_called_once_with(signal.SIGTERM)


class _Fixed(Worker):
    def __init__(self, instance: int, port: int | None) -> None:
        super().__init__([], instance)
        self.port = port


def test_a_worker_without_an_answer_is_alive_but_not_ready() -> None:
    server = GatheringServer("127.0.0.1", 0, CollectorRegistry(), [_Fixed(4, None)])
    server.start()
    with closing(server):
        assert server.answer("/healthz", "")[0] == 200
        assert server.answer("/readyz", "")[0::2] == (503, b"not ready: worker 4\n")
        assert server.answer("/metrics", "")[0] == 200


class _Running(_Fixed):
    running = True


def test_a_worker_that_runs_and_does_not_answer_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream_edits.service.combined_endpoint._ANSWER_S", 0.2)
    # The kernel accepts connections of a frozen process, which answers none.
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        workers = [_Running(4, frozen.getsockname()[1]), _Running(5, None)]
        server = GatheringServer("127.0.0.1", 0, CollectorRegistry(), workers)
        server.start()
        with closing(server):
            workers[1]._begun_s = time.monotonic()
            assert server.answer("/healthz", "")[0::2] == (503, b"stuck: worker 4\n")
            workers[1]._begun_s -= 200
            assert server.answer("/healthz", "")[0::2] == (503, b"stuck: worker 4 5\n")


def _cut_off(answer: bytes) -> tuple[int, socket.socket]:
    """A port whose server answers each connection with these bytes, and hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listening.getsockname()[1], listening


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nstream_", b"no HTTP\r\n\r\n"]
)
def test_a_worker_that_ends_in_the_middle_of_its_answer_has_none(answer: bytes) -> None:
    port, listening = _cut_off(answer)
    server = GatheringServer("127.0.0.1", 0, CollectorRegistry(), [_Fixed(4, port)])
    server.start()
    with closing(listening), closing(server):
        assert server.answer("/healthz", "")[0] == 200
        assert server.answer("/readyz", "")[0::2] == (503, b"not ready: worker 4\n")
        assert server.answer("/metrics", "")[0] == 200
