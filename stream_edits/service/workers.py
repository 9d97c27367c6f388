"""`run --processes N`: one process that starts N workers, and keeps them running.

Each worker is `run` in a process of its own, with a number of its own (setting `instance`). It is
connected to this process by a socket: over it the worker tells the port of its health server, and
its end tells the worker that this process is gone.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import FrameType

from stream_edits.engine import log
from stream_edits.metrics import WorkerMetrics

# A worker that ends is started again after a pause, which doubles while it keeps ending soon.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _STEADY_S = 1.0, 30.0, 60.0
_LOOK_S = 0.2
# A worker that has not told its port for so long is frozen.
_START_S = 180.0
# The exit code of a setting or a policy that is wrong: a restart would change nothing.
BAD_SETTING = 2


class Worker:
    """One worker process, and the next one in its place."""

    def __init__(self, command: Sequence[str], instance: int) -> None:
        """`command` runs a worker; the descriptor of its socket is added to it."""
        self.instance = instance
        self.port: int | None = None
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        # The process that was asked to end.
        self._asked: subprocess.Popen[bytes] | None = None
        self._ours: socket.socket | None = None
        self._begun_s = self._start_at_s = 0.0
        self._pause_s = _FIRST_PAUSE_S

    @property
    def running(self) -> bool:
        """True while the process exists."""
        process = self._process  # the metrics are asked in another thread
        return process is not None and process.poll() is None

    @property
    def pid(self) -> int | None:
        """The id of the process, None if there is none now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def is_late(self) -> bool:
        """True while a process runs that should have told its port long ago."""
        late = self.port is None and time.monotonic() - self._begun_s > _START_S
        return late and self.running

    def start(self, environ: Mapping[str, str]) -> None:
        """Start the process. Its port is known later."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*self._command, "--worker", str(theirs.fileno())],
                env={
                    **environ,
                    "STREAM_EDITS_INSTANCE": str(self.instance),
                    "STREAM_EDITS_HTTP_HOST": "127.0.0.1",
                    "STREAM_EDITS_HTTP_PORT": "0",
                },
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # A Ctrl-C goes to the whole group of a terminal. This process passes it on.
                start_new_session=True,
            )
        self._ours, self.port = ours, None
        self._begun_s = time.monotonic()
        threading.Thread(
            target=self._receive_port, args=(ours,), name="worker-port", daemon=True
        ).start()

    def _receive_port(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            port = int(connection.makefile("rb").readline())
            if connection is self._ours:
                self.port = port

    def stop(self) -> None:
        """Ask the process to end, if there is one. It is asked once, however often this is called.

        While it ends, a second signal would end it at once.
        """
        process = self._process
        if process is not None and process is not self._asked:
            self._asked = process
            process.send_signal(signal.SIGTERM)

    def kill(self, pid: int | None) -> bool:
        """Kill the process, if it still has that id. Returns whether it was."""
        process = self._process  # the watchdog asks in another thread
        if process is None or process.pid != pid or process.poll() is not None:
            return False
        process.kill()
        return True

    def ended(self) -> int | None:
        """The exit code of a process that has ended since the last call, else None."""
        if self._process is None or (code := self._process.poll()) is None:
            return None
        self._process, self.port = None, None
        if self._ours is not None:
            self._ours.close()
            self._ours = None
        now = time.monotonic()
        if now - self._begun_s >= _STEADY_S:
            self._pause_s = _FIRST_PAUSE_S
        self._start_at_s = now + self._pause_s
        self._pause_s = min(_LONGEST_PAUSE_S, 2 * self._pause_s)
        return code

    def is_due(self) -> bool:
        """True when there is no process, and the pause after the last one is over."""
        return self._process is None and time.monotonic() >= self._start_at_s


class Workers:
    """All workers of this process."""

    def __init__(
        self, command: Sequence[str], instances: Sequence[int], metrics: WorkerMetrics
    ) -> None:
        """`instances` holds the number of each worker."""
        self.all = [Worker(command, instance) for instance in instances]
        self._metrics = metrics
        for worker in self.all:
            metrics.up.labels(worker.instance).set_function(partial(_up, worker))
            metrics.restarts.labels(worker.instance)
        # Not an Event: a signal handler that sets one while the loop waits for it can deadlock.
        self._stopping = False
        self._bad_setting = False

    def run(self, environ: Mapping[str, str]) -> int:
        """Run until SIGTERM or SIGINT, and until every worker has ended. Returns the exit code.

        Both signals are passed on to the workers, which end after the batch at hand. A worker that
        ends by itself is started again, unless its settings are wrong: then all are stopped, and
        the exit code is 2. It is 1 if a worker failed while it was stopped.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for worker in self.all:
            if not self._stopping:
                worker.start(environ)
        while not self._stopping:
            for worker in self.all:
                self._look_after(worker, environ)
            time.sleep(_LOOK_S)
        while any(worker.running for worker in self.all):
            # The signal may have come while one was being started.
            self._stop_all()
            time.sleep(_LOOK_S / 4)
        failed = [worker for worker in self.all if self._failed(worker)]
        return BAD_SETTING if self._bad_setting else int(bool(failed))

    def _failed(self, worker: Worker) -> bool:
        """Whether a worker that was stopped has failed, which is logged."""
        code = worker.ended()
        if code is None or code in (0, -signal.SIGTERM):
            return False
        log.warning("worker_ended", instance=worker.instance, reason=reason(code))
        return True

    def _look_after(self, worker: Worker, environ: Mapping[str, str]) -> None:
        code = worker.ended()
        if code == BAD_SETTING:
            self._bad_setting = True
            self._stop_all()
        elif code is not None:
            log.warning("worker_ended", instance=worker.instance, reason=reason(code))
        elif worker.is_due() and not self._stopping:
            self._metrics.restarts.labels(worker.instance).inc()
            worker.start(environ)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._stop_all()

    def _stop_all(self) -> None:
        self._stopping = True
        for worker in self.all:
            worker.stop()


def _up(worker: Worker) -> float:
    return float(worker.running)


def reason(code: int) -> str:
    """An exit code in words: a signal by its name."""
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"


def command_of_a_worker(arguments: Sequence[str]) -> list[str]:
    """The command line of a worker: this program with these arguments."""
    return [sys.executable, "-m", "stream_edits", *arguments]


def tell_port(descriptor: int, port: int, when_alone: Callable[[], None]) -> None:
    """For a worker: tell the port over its socket, and call `when_alone` once nobody listens."""
    connection = socket.socket(fileno=descriptor)
    with suppress(OSError):
        connection.sendall(f"{port}\n".encode())

    def watch() -> None:
        with suppress(OSError):
            while connection.recv(1):
                pass
        when_alone()

    threading.Thread(target=watch, name="parent-gone", daemon=True).start()
