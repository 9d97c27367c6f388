"""A server that answers every request on a local port with the same bytes, and hangs up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The URL of a server that answers so. `{url}` in the answer stands for its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        whole = answer.replace(b"{url}", url.encode())
        threading.Thread(target=_serve, args=(listening, whole), daemon=True).start()
        try:
            yield url
        finally:
            # Wakes the thread, which then cannot accept any more.
            listening.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, answer: bytes) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.settimeout(5)
                request = b""
                while b"\r\n\r\n" not in request and (more := connection.recv(65_536)):
                    request += more
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
