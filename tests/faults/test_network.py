"""The proxy has the effect on connections that the fault runs rely on."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from tests.faults.network import Link


@pytest.fixture
def link() -> Iterator[Link]:
    """A link to an echo server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_echo, args=(server,), daemon=True).start()
        with Link(server.getsockname()[1]) as link:
            yield link


def _echo(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        Thread(target=_give_back, args=(connection,), daemon=True).start()


def _give_back(connection: socket.socket) -> None:
    try:
        while data := connection.recv(100):
            connection.sendall(data)
    except OSError:
        connection.close()


def dial(link: Link) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", link.port), 5)
    assert asked(client, b"begin") == b"begin"
    return client


def asked(client: socket.socket, question: bytes, seconds: float = 5.0) -> bytes | None:
    """The answer: empty when the connection is closed, None when nothing arrives."""
    client.settimeout(seconds)
    try:
        client.sendall(question)
        return client.recv(100)
    except TimeoutError:
        return None
    except OSError:
        return b""


def test_a_cut_breaks_open_and_new_connections(link: Link) -> None:
    with dial(link) as client:
        assert link.connections == 1
        with link.cut():
            assert asked(client, b"x") == b""
            with socket.create_connection(("127.0.0.1", link.port), 5) as late:
                assert asked(late, b"x") == b""
    with dial(link):
        assert link.connections == 1


def test_silence_breaks_no_connection_and_data_arrives_late(link: Link) -> None:
    with dial(link) as client:
        with link.silent():
            assert asked(client, b"late", 0.3) is None
        client.settimeout(5)
        assert client.recv(100) == b"late"


def test_answers_that_were_held_back_never_come(link: Link) -> None:
    with dial(link) as client:
        with link.no_answers():
            assert asked(client, b"x", 0.3) is None
        assert asked(client, b"y") == b""
    with dial(link):
        pass


def test_slow_data_is_late_and_complete(link: Link) -> None:
    with dial(link) as client, link.slow(0.2):
        assert asked(client, b"x", 0.3) is None
        client.settimeout(5)
        assert client.recv(100) == b"x"
