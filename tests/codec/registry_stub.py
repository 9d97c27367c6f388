"""A schema registry small enough to read: schemas by id, look-up, registration, and faults."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

# Between two bytes of an answer that drips.
DRIP_S = 0.05
_TYPE = "application/vnd.schemaregistry.v1+json"


class StubRegistry:
    """What the server answers; ``fault`` is a status and body that it answers instead.

    ``sign_in`` is the Authorization header that it asks for; ``modes`` are compatibilities by
    subject, with that of the registry itself under ``""``. ``drips`` says from which part on an
    answer comes byte by byte, ``delay_s`` after how many seconds each begins.
    """

    def __init__(self) -> None:
        self.schemas: dict[int, dict[str, Any]] = {}
        self.subjects: dict[str, list[int]] = {}
        self.fault: tuple[int, bytes] | None = None
        self.modes: dict[str, str] = {}
        self.sign_in: str | None = None
        self.drips: Literal["head", "body", "for ever"] | None = None
        self.delay_s = 0.0
        self.requests: list[str] = []
        self.url = ""

    def add(self, number: int, text: str, **more: Any) -> None:
        """Add a schema under an id; under no subject unless ``more`` names one."""
        self.schemas[number] = {"schema": text, **more}

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON of one request."""
        parts = path.split("?")[0].strip("/").split("/")
        match method, parts:
            case "GET", ["schemas", "ids", number]:
                found = self.schemas.get(int(number))
                return (200, found) if found else (404, _error(40403))
            case "GET", ["subjects", subject, "versions", version]:
                if subject not in self.subjects:
                    return 404, _error(40401)
                found = {"subject": subject, "version": int(version)}
                return 200, found | self.schemas[self.subjects[subject][int(version) - 1]]
            case "POST", ["subjects", subject]:
                return self._look_up(subject, body["schema"])
            case "POST", ["subjects", subject, "versions"]:
                new = len(self.schemas) + 1
                self.add(new, body["schema"])
                self.subjects.setdefault(subject, []).append(new)
                return 200, {"id": new}
            case "GET", ["config", *subject]:
                mode = self.modes.get("".join(subject))
                return (200, {"compatibilityLevel": mode}) if mode else (404, _error(40408))
            case "PUT", ["config", subject]:
                self.modes[subject] = body["compatibility"]
                return 200, body
        return 404, _error(404)

    def _look_up(self, subject: str, text: str) -> tuple[int, Any]:
        if subject not in self.subjects:
            return 404, _error(40401)
        for version, number in enumerate(self.subjects[subject], start=1):
            if json.loads(self.schemas[number]["schema"]) == json.loads(text):
                found = {"subject": subject, "id": number, "version": version, "schema": text}
                return 200, found
        return 404, _error(40403)


def _error(code: int) -> dict[str, Any]:
    return {"error_code": code, "message": "secret words of the registry"}


class _Handler(BaseHTTPRequestHandler):
    stub: StubRegistry

    def _serve(self) -> None:
        stub = self.stub
        stub.requests.append(f"{self.command} {self.path}")
        time.sleep(stub.delay_s)
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        refused = stub.sign_in and self.headers.get("authorization") != stub.sign_in
        fault = (401, b'{"error_code": 401, "message": "secret"}') if refused else stub.fault
        status, answer = fault or stub.answer(self.command, self.path, body)
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        head = f"HTTP/1.0 {status} Stub\r\ncontent-type: {_TYPE}\r\n"
        if stub.drips != "for ever":
            head += f"content-length: {len(data)}\r\n"
        with suppress(OSError):  # a client that has gone
            self._send(f"{head}\r\n".encode(), slowly=stub.drips == "head")
            while stub.drips == "for ever":
                self._send(b" ", slowly=True)
            self._send(data, slowly=stub.drips is not None)

    do_GET = do_POST = do_PUT = _serve

    def _send(self, data: bytes, slowly: bool) -> None:
        if not slowly:
            self.wfile.write(data)
            return
        for byte in data:
            self.wfile.write(bytes([byte]))
            time.sleep(DRIP_S)

    def log_message(self, *args: object) -> None:
        """Tests are quiet."""


@contextmanager
def running() -> Iterator[StubRegistry]:
    """The stub behind HTTP on a free local port."""
    mine = StubRegistry()

    class Handler(_Handler):
        stub = mine

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mine.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield mine
    finally:
        server.shutdown()
        server.server_close()
