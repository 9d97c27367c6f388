"""An HTTP endpoint for a few GETs: it tells nothing of itself and is not to be held up.

Whoever reaches the port may send anything. Each connection is a thread with a time-out, answers
once, and is closed; beyond a number of them the oldest is closed, so that a probe always gets in.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from stream_edits.engine import log

TEXT = "text/plain; charset=utf-8"
# Status, content type and body, for a path and the Accept header.
Answer = tuple[int, str, bytes]
Answering = Callable[[str, str], Answer]

_SILENCE_S = 5.0
_MOST_CONNECTIONS = 32


class Endpoint(ThreadingHTTPServer):
    """Serves `answer` at one address, and only there."""

    daemon_threads = True
    # Connections not taken yet; one beyond them would wait seconds for its next try.
    request_queue_size = 128

    def __init__(self, host: str, port: int, answer: Answering) -> None:
        """Binds at once; raises OSError if it cannot. Port 0 takes a free one."""
        if ":" in host:
            self.address_family = socket.AF_INET6
        self._open: deque[Any] = deque()
        self._guard = threading.Lock()
        super().__init__((host, port), _handler(answer))

    def server_bind(self) -> None:
        # Not HTTPServer's, which asks a name server for the host's name.
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.append(request)
            oldest = self._open.popleft() if len(self._open) > _MOST_CONNECTIONS else None
        if oldest is not None:
            _hang_up(oldest)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            if request in self._open:
                self._open.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One line without a traceback; a client that has gone away is no news."""
        failure = sys.exc_info()[1]
        if not isinstance(failure, OSError):
            log.warning("http_failed", error=type(failure).__name__)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended meanwhile


def _handler(answer: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENCE_S

        def do_GET(self) -> None:
            self._send(*answer(self.path.partition("?")[0], self.headers.get("Accept", "")))

        def do_HEAD(self) -> None:
            self.do_GET()

        def send_error(
            self, code: int, message: str | None = None, explain: str | None = None
        ) -> None:
            """The status alone: the library's page repeats what was asked."""
            # It has no method but ours, and says of every other that it does not know it.
            status = HTTPStatus(405 if code == 501 else code)
            self._send(status, TEXT, f"{status.phrase.lower()}\n".encode())

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            # Else whoever sends no version gets no status line either.
            self.request_version = self.protocol_version
            # Not send_response, which names the software and its version.
            self.send_response_only(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            if status == HTTPStatus.METHOD_NOT_ALLOWED:
                self.send_header("Allow", "GET, HEAD")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """A probe every few seconds is no news."""

    return Handler
