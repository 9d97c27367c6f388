"""What is tried on a built image. Each command and what it printed goes into a log for people."""

import re
import shlex
import time
import urllib.request
from urllib.error import URLError

from tests.broker.properties import free_port
from tests.image.podman import ROOT, Podman

# As the chart's security context has it; without even the scratch space that podman would give.
_CONFINED = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL")
_SHOWN = re.compile(r"127\.0\.0\.1:\d+")
_TOOLS = "for tool in cc gcc g++ ld as make; do command -v $tool; done; true"


class Trial:
    """Runs one image; `log` grows with every step. Raises AssertionError at the first failure."""

    def __init__(self, podman: Podman, image: str) -> None:
        self.log: list[str] = []
        self._podman = podman
        self._image = image

    def of_commands(self) -> None:
        """What needs no broker."""
        assert "stream-edits, version" in self._run("--version")
        assert "uid=10001" in self._run(entrypoint="id")
        assert self._run("-c", _TOOLS, entrypoint="sh") == "", "there is a compiler in the image"
        claims = (ROOT / "examples" / "claims.jsonl").read_text(encoding="utf-8")
        decided = self._run("adjudicate", "-", "--format", "table", stdin=claims, shown=0)
        assert "EX-1001" in decided
        self._say("(a table of decisions)")

    def of_the_service(self, brokers: str) -> None:
        """`run` on a broker: live, ready, healthy, deciding; ended by SIGTERM with 0."""
        port = free_port()
        options = _environment(
            BOOTSTRAP_SERVERS=brokers,
            REPLICATION_FACTOR="1",
            HTTP_HOST="127.0.0.1",
            HTTP_PORT=str(port),
        )
        self._run("topics", "create", options=options)
        name = f"stream-edits-trial-{port}"
        self._start(name, options)
        try:
            self._wait_for(f"http://127.0.0.1:{port}/healthz", b"live\n")
            self._wait_for(f"http://127.0.0.1:{port}/readyz", b"ready\n")
            self._step("healthcheck", "run", name)
            claims = (ROOT / "examples" / "claims.jsonl").read_text(encoding="utf-8")
            self._run("publish", "-", options=options, stdin=claims)
            self._wait_for(
                f"http://127.0.0.1:{port}/metrics",
                b'stream_edits_decisions_total{disposition="PASS"}',
            )
            self._step("stop", "--time", "60", name)
            assert self._step("inspect", "--format", "exit code {{.State.ExitCode}}", name) == (
                "exit code 0"
            ), self._podman("logs", name).stdout[-2000:]
        finally:
            self._podman("rm", "--force", name, check=False)

    def _start(self, name: str, options: list[str]) -> None:
        command = ["run", "--detach", "--name", name, *_CONFINED, *options, self._image, "run"]
        self._podman(*command)
        self._say(f"$ podman {_readable(command)}")

    def _run(
        self,
        *arguments: str,
        entrypoint: str | None = None,
        options: list[str] | None = None,
        stdin: str | None = None,
        shown: int = 20,
    ) -> str:
        command = ["run", "--rm", *(["--interactive"] if stdin else []), *_CONFINED]
        command += ["--entrypoint", entrypoint] if entrypoint else []
        command += [*(options or []), self._image, *arguments]
        return self._step(*command, stdin=stdin, shown=shown)

    def _step(self, *command: str, stdin: str | None = None, shown: int = 20) -> str:
        said = self._podman(*command, stdin=stdin).stdout.strip()
        self._say(f"$ podman {_readable(command)}")
        for line in said.splitlines()[:shown]:
            self._say(line)
        return said

    def _wait_for(self, address: str, wanted: bytes, within_s: float = 120.0) -> None:
        """Ask until it answers 200 with `wanted` in the body."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                with urllib.request.urlopen(address, timeout=5) as answer:
                    body: bytes = answer.read()
                    status = answer.status
            except URLError as failure:
                body, status = str(failure).encode(), 0
            if status == 200 and wanted in body:
                break
            assert time.monotonic() < deadline, f"{address}: {status} {body[-2000:]!r}"
            time.sleep(0.25)
        path = "/" + address.rpartition("/")[2]
        (line,) = [each for each in body.splitlines() if wanted.strip() in each][:1]
        self._say(f"$ curl http://127.0.0.1:9464{path}")
        self._say(f"{line.decode()}")

    def _say(self, line: str) -> None:
        self.log.append(line)


def _environment(**settings: str) -> list[str]:
    """Options of `podman run` for the host's network and these settings."""
    given = [f"STREAM_EDITS_{name}={value}" for name, value in settings.items()]
    return ["--network", "host", *(word for each in given for word in ("--env", each))]


def _readable(command: tuple[str, ...] | list[str]) -> str:
    """As it would be typed; ports that differ from run to run are shown as the usual ones."""
    return _SHOWN.sub("localhost:9092", shlex.join(command))
