"""The HTTP endpoint against hostile clients: it answers probes, and nothing else."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from prometheus_client import CollectorRegistry

from stream_edits.service.endpoint import TEXT, Endpoint
from stream_edits.service.health import HealthServer

PATIENT = "CANARY-MEMBER-4711"


@pytest.fixture
def server() -> Iterator[HealthServer]:
    server = HealthServer("127.0.0.1", 0, CollectorRegistry(), [])
    server.start()
    yield server
    server.close()


def ask(port: int, request: bytes, host: str = "127.0.0.1") -> bytes:
    """The answer to these bytes, until the server closes the connection."""
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(maxsplit=2)[1])


def test_it_listens_on_the_given_address_only(server: HealthServer) -> None:
    assert status(ask(server.port, b"GET /healthz HTTP/1.1\r\n\r\n")) == 200
    with pytest.raises(ConnectionRefusedError):
        ask(server.port, b"GET /healthz HTTP/1.1\r\n\r\n", host="127.0.0.2")


def test_it_can_listen_on_every_address() -> None:
    server = HealthServer("0.0.0.0", 0, CollectorRegistry(), [])
    server.start()
    for host in ("127.0.0.1", "127.0.0.2"):
        assert status(ask(server.port, b"GET /healthz HTTP/1.1\r\n\r\n", host)) == 200
    server.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X"])
def test_other_methods_are_not_allowed(server: HealthServer, method: str) -> None:
    answer = ask(server.port, f"{method} /metrics HTTP/1.1\r\nX: {PATIENT}\r\n\r\n".encode())
    assert status(answer) == 405
    assert b"Allow: GET, HEAD\r\n" in answer
    assert PATIENT.encode() not in answer


def test_head_is_get_without_the_body(server: HealthServer) -> None:
    answer = ask(server.port, b"HEAD /healthz HTTP/1.1\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (status(answer), body) == (200, b"")
    assert b"Content-Length: 5" in head


@pytest.mark.parametrize("path", ["/", "/metrics/", "/metrics/..", "/healthz/x", "/%6detrics", "*"])
def test_any_other_path_is_not_found(server: HealthServer, path: str) -> None:
    answer = ask(server.port, f"GET {path} HTTP/1.1\r\n\r\n".encode())
    assert (status(answer), answer.partition(b"\r\n\r\n")[2]) == (404, b"not found\n")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
        (b"GET / FOO\r\n\r\n", 400),
        (f"{PATIENT} \0 \xff\r\n\r\n".encode(), 400),
        (b"GET\r\n\r\n", 400),
    ],
)
def test_a_malformed_request_is_refused_without_an_echo(
    server: HealthServer, capfd: pytest.CaptureFixture[str], request_: bytes, expected: int
) -> None:
    answer = ask(server.port, request_)
    assert status(answer) == expected
    assert PATIENT.encode() not in answer
    assert b"Traceback" not in answer
    assert status(ask(server.port, b"GET /readyz HTTP/1.1\r\n\r\n")) == 200
    assert capfd.readouterr() == ("", "")


def test_the_headers_do_not_name_the_software(server: HealthServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.status == 200
    assert {name.lower() for name, _ in answer.getheaders()} == {
        "content-type",
        "content-length",
        "connection",
    }
    connection.close()


def test_idle_connections_do_not_block_a_probe(server: HealthServer) -> None:
    with ExitStack() as stack:
        idle = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            for _ in range(200)
        ]
        for each in idle[::2]:
            each.sendall(b"GET /heal")
        assert status(ask(server.port, b"GET /healthz HTTP/1.1\r\n\r\n")) == 200
        # The oldest connection was closed to make room.
        idle[0].settimeout(20)
        assert idle[0].recv(1) == b""


def test_a_client_that_disconnects_is_not_logged(
    server: HealthServer, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert status(ask(server.port, b"GET /healthz HTTP/1.1\r\n\r\n")) == 200
    assert capfd.readouterr() == ("", "")


def test_a_failure_is_logged_in_one_line_without_its_text(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def answer(path: str, accept: str) -> tuple[int, str, bytes]:
        if path == "/":
            raise KeyError(PATIENT)
        return 200, TEXT, b"fine\n"

    with Endpoint("127.0.0.1", 0, answer) as endpoint:
        threading.Thread(target=endpoint.serve_forever, args=(0.01,), daemon=True).start()
        port = endpoint.server_address[1]
        assert ask(port, b"GET / HTTP/1.1\r\n\r\n") == b""
        assert status(ask(port, b"GET /x HTTP/1.1\r\n\r\n")) == 200
        endpoint.shutdown()
    assert [record.getMessage() for record in caplog.records] == ["http_failed error=KeyError"]
    assert capfd.readouterr() == ("", "")
