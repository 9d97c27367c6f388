"""Child processes with a log and a pid file each, which end with whoever started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

_PR_SET_PDEATHSIG = 1
_LONGEST_S = 20.0
_TAIL = 3000


class Ended(Exception):
    """A process ended before it was asked to. The message has the end of its log."""


class Processes:
    """Processes started in order and stopped in the opposite order.

    `folder` has the log and the pid file of each, by which `stop_leftovers` finds the processes of
    a run that was killed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Start `command` as `name`."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                ["nice", "-n", "5", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **environment},
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self._running[name] = process
        self._pid_file(name).write_text(f"{process.pid}\n")

    def check(self) -> None:
        """Raises Ended when a process does not run any more."""
        for name, process in self._running.items():
            if process.poll() is not None:
                log = self.log(name).read_text(errors="replace")
                raise Ended(f"{name} ended with {process.returncode}:\n{log[-_TAIL:]}")

    def stop(self) -> None:
        """Stop every process, the last one first."""
        for name in reversed(list(self._running)):
            process = self._running.pop(name)
            process.terminate()
            try:
                process.wait(_LONGEST_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(_LONGEST_S)
            self._pid_file(name).unlink()

    def resident_bytes(self) -> dict[str, int]:
        """The peak resident memory of each process, by name (Linux only)."""
        found = {}
        for name, process in self._running.items():
            status = Path(f"/proc/{process.pid}/status").read_text()
            (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
            found[name] = int(line.split()[1]) * 1024
        return found

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.folder / f"{name}.log"

    def _pid_file(self, name: str) -> Path:
        return self.folder / f"{name}.pid"


def stop_leftovers(folder: Path) -> list[int]:
    """Stop the processes that pid files in `folder` name, if they still work there; their pids."""
    stopped = []
    for file in folder.glob("*.pid"):
        pid = int(file.read_text())
        if _runs_in(pid, folder):
            _stop(pid, folder)
            stopped.append(pid)
        file.unlink()
    return stopped


def _runs_in(pid: int, folder: Path) -> bool:
    """Whether the process works in `folder`: pids are used again for other processes."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(folder.resolve())
    except OSError:
        return False


def _stop(pid: int, folder: Path) -> None:
    deadline = time.monotonic() + _LONGEST_S
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while _runs_in(pid, folder):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)


def _end_with_parent() -> None:
    """In the child: ask the kernel for SIGTERM when the parent dies, however it dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
