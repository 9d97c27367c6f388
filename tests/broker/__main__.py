"""`make broker`, `broker-up` and `broker-down`: a real Kafka for manual tests."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.broker.local import LocalKafka
from tests.broker.properties import is_free

_USUAL_PORT = 9092
_ROOT = Path(__file__).parents[2]
_START_S, _STOP_S = 180.0, 60.0


def main() -> None:
    """Run a broker in the foreground, or start or stop one in the background."""
    parser = argparse.ArgumentParser(prog="tests.broker", description=__doc__)
    parser.add_argument("port", type=int, nargs="?", default=_USUAL_PORT)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--up", action="store_true", help="start it and return once it is ready")
    where.add_argument("--down", action="store_true", help="stop the one that --up has started")
    chosen = parser.parse_args()
    if chosen.down:
        down(chosen.port)
    else:
        # Checked first, because another broker on that port would answer in place of the new one.
        if not is_free(chosen.port):
            sys.exit(f"port {chosen.port} is taken: PORT=19092 takes another")
        (up if chosen.up else foreground)(chosen.port)


def foreground(port: int) -> None:
    """Start a broker on a temporary folder and run until interrupted."""
    with tempfile.TemporaryDirectory(prefix="stream-edits-broker-") as folder:
        broker = LocalKafka(Path(folder), port=port)
        signals = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        broker.start()
        try:
            line = f"Kafka is up at {broker.bootstrap} (log: {broker.log_file}); Ctrl-C ends it"
            print(line, flush=True)
            signal.sigwait(signals)
        finally:
            broker.stop()


def up(port: int) -> None:
    """Start the broker in a process of its own, and return once it answers."""
    log, pid_file = _files(port)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.broker", str(port)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    pid_file.write_text(str(started.pid))
    deadline = time.monotonic() + _START_S
    while b"Kafka is up" not in log.read_bytes():
        if started.poll() is not None or time.monotonic() > deadline:
            down(port)
            sys.exit(f"Kafka did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)
    print(f"Kafka is up at localhost:{port}; `make broker-down` stops it")


def down(port: int) -> None:
    """Stop the broker of `up`, if it runs, and wait until its port is free."""
    _, pid_file = _files(port)
    if not pid_file.exists():
        sys.exit(f"no Kafka was started on port {port} by `make broker-up`")
    pid = int(pid_file.read_text())
    pid_file.unlink()
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + _STOP_S
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    print("Kafka is stopped")


def _files(port: int) -> tuple[Path, Path]:
    folder = _ROOT / "build"
    return folder / f"broker-{port}.log", folder / f"broker-{port}.pid"


if __name__ == "__main__":
    main()
