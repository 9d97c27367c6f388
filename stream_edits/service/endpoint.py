"""An HTTP server for a few GET paths that no client can block.

Any client may connect. Each connection gets a thread, a time-out and one answer, and is then
closed. Above a number of connections the oldest is closed, so that a probe always gets in. Answers
do not name the software and repeat nothing of the request. docs/decisions/0015 says why this is not
a WSGI server.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from stream_edits.engine import log

TEXT = "text/plain; charset=utf-8"
# Status, content type and body, for a path and the Accept header.
Answer = tuple[int, str, bytes]
Answering = Callable[[str, str], Answer]

_SILENCE_S = 5.0
_MOST_CONNECTIONS = 32


class Endpoint(ThreadingMixIn, TCPServer):
    """Serves `answer` at one address, and only there.

    Not an HTTPServer, which looks up the host's name at a name server before it listens.
    """

    allow_reuse_address = True
    daemon_threads = True
    # Length of the backlog. A connection above it is only retried by the client after seconds.
    request_queue_size = 128

    def __init__(self, host: str, port: int, answer: Answering) -> None:
        """Bind the port. Raises OSError if that fails. Port 0 takes a free one."""
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.answer = answer
        self._open: deque[Any] = deque()
        self._guard = threading.Lock()
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.append(request)
            oldest = self._open.popleft() if len(self._open) > _MOST_CONNECTIONS else None
        if oldest is not None:
            with suppress(OSError):  # it may have ended meanwhile
                oldest.shutdown(socket.SHUT_RDWR)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard, suppress(ValueError):
            self._open.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log one line without a traceback, and none when the connection failed."""
        failure = sys.exc_info()[1]
        if not isinstance(failure, OSError):
            log.warning("http_failed", error=type(failure).__name__)


class AnsweringServer:
    """An Endpoint in a background thread, for a class that answers."""

    def __init__(self, host: str, port: int) -> None:
        """Bind the port. Raises OSError if it is taken. Port 0 takes a free one."""
        self._server = Endpoint(host, port, self.answer)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="health", daemon=True
        )

    def answer(self, path: str, accept: str) -> Answer:
        """(status, content type, body) for a path and the Accept header."""
        raise NotImplementedError

    def start(self) -> None:
        """Serve in a background thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint
    timeout = _SILENCE_S

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self._send(*self.server.answer(path, self.headers.get("Accept", "")))

    do_HEAD = do_GET

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the status alone: the library's page quotes the request."""
        # The library answers 501 to every method that has no do_… here.
        status = HTTPStatus(405 if code == 501 else code)
        self._send(status, TEXT, f"{status.phrase.lower()}\n".encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        # A request without a version would be answered without a status line.
        self.request_version = self.protocol_version
        # send_response would add the headers Server and Date.
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
        """Log nothing: probes come every few seconds."""
