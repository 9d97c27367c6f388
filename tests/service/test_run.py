"""`run` before its stages exist."""

import os
import signal
import subprocess
import sys
from http.client import HTTPConnection

from tests.broker.properties import free_port


def test_a_process_that_waits_for_the_registry_is_alive_and_can_be_ended() -> None:
    registry, port = f"http://127.0.0.1:{free_port()}", free_port()
    command = [sys.executable, "-m", "stream_edits", "run"]
    mine = {name: value for name, value in os.environ.items() if "STREAM_EDITS" not in name}
    given = {"STREAM_EDITS_SCHEMA_REGISTRY_URL": registry, "STREAM_EDITS_HTTP_PORT": str(port)}
    with subprocess.Popen(
        command, env=mine | given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert any("registry_away" in line for line in process.stdout)
            assert _status(port, "/healthz") == 200
            assert _status(port, "/readyz") == 503
            assert _status(port, "/metrics") == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()


def _status(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().status
