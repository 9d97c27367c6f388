"""`stream-edits` as operating-system processes: started, observed, and ended by their own id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
_TAIL = 3000
_PAUSE = 0.02
T = TypeVar("T")


class Program:
    """A running `stream-edits`, whose output on both streams goes to `log_file`."""

    def __init__(
        self,
        arguments: list[str],
        environ: Mapping[str, str],
        log_file: Path,
        module: str = "stream_edits",
    ) -> None:
        self.log_file = log_file
        self.accounted_for = False
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env={**_surroundings(), **environ},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        return self.log_file.read_text(errors="replace")

    def says(self, text: str, seconds: float = 30.0) -> str:
        """Wait until a line of the output contains `text`. Returns that line."""

        def line() -> str | None:
            return next((line for line in self.output.splitlines() if text in line), None)

        found = eventually(line, seconds, lambda: f"nothing says {text!r} in{self.tail()}")
        return found

    def terminate(self, seconds: float = 20.0) -> float:
        """Send SIGTERM and wait for exit code 0. Returns the seconds that it took."""
        begun = time.monotonic()
        code = self.end(seconds)
        assert code == 0, f"exit {code} after SIGTERM:{self.tail()}"
        return time.monotonic() - begun

    def end(self, seconds: float = 20.0) -> int:
        """Send SIGTERM and wait. Returns the exit code, negative if the signal itself ended it."""
        self.accounted_for = True
        self._process.send_signal(signal.SIGTERM)
        return self.exit_code(seconds)

    def kill(self) -> None:
        """SIGKILL: not even a `finally` runs."""
        self.accounted_for = True
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """SIGSTOP: the process is suspended without notice."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: the process continues."""
        self._process.send_signal(signal.SIGCONT)

    def exit_code(self, seconds: float) -> int:
        """Wait for the end of the process."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {seconds:g} s:{self.tail()}") from None

    def tail(self) -> str:
        """The last lines of the output, for the message of a failure."""
        return f" {self.log_file.name}:\n{self.output[-_TAIL:]}"


def run_command(
    arguments: list[str], environ: Mapping[str, str], seconds: float = 60.0
) -> "subprocess.CompletedProcess[str]":
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "stream_edits", *arguments],
        env={**_surroundings(), **environ},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def eventually(question: Callable[[], T | None], seconds: float, otherwise: Callable[[], str]) -> T:
    """The first answer that is neither None nor empty. Fails with `otherwise()` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {otherwise()}")
        time.sleep(_PAUSE)
    return answer


def _surroundings() -> dict[str, str]:
    """The environment of the tests without the variables of the program."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("STREAM_EDITS_", "HOSTNAME"))}
