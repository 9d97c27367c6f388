"""Checks of a built image. Each command and its output is logged for people to read."""

import re
import shlex
import time
import urllib.request

from tests.broker.properties import free_port
from tests.image.played import playable
from tests.image.podman import ROOT, Podman

# Like the chart's security context, and without podman's default temporary file systems.
_CONFINED = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL")
_TOOLS = "for tool in cc gcc g++ ld as make; do command -v $tool; done; true"


class Trial:
    """Runs one image and logs every step in `log`. Raises AssertionError at the first failure."""

    def __init__(self, podman: Podman, image: str) -> None:
        self.log: list[str] = []
        self._podman = podman
        self._image = image
        self._usual: dict[str, str] = {}

    def of_commands(self) -> None:
        """Run the commands that need no broker."""
        assert "stream-edits, version" in self._run("--version")
        assert "uid=10001" in self._run(entrypoint="id")
        assert self._run("-c", _TOOLS, entrypoint="sh") == "", "there is a compiler in the image"
        self._say("(none)")
        claims = (ROOT / "examples" / "claims.jsonl").read_text(encoding="utf-8")
        decided = self._run("adjudicate", "-", "--format", "table", stdin=claims, shown=0)
        assert "EX-1001" in decided
        self._say("(a table of decisions)")

    def of_the_service(self, brokers: str) -> None:
        """Check `run` on a broker: it decides claims, and SIGTERM ends it with exit code 0."""
        port = self._fresh_port(brokers)
        options = _environment(
            BOOTSTRAP_SERVERS=brokers,
            REPLICATION_FACTOR="1",
            HTTP_HOST="127.0.0.1",
            HTTP_PORT=str(port),
        )
        self._run("topics", "create", options=options)
        name = "stream-edits-trial"
        try:
            command = ["run", "--detach", "--name", name, *_CONFINED, *options, self._image, "run"]
            self._step(*command, shown=0)
            self._wait_for(port, "/healthz", b"live")
            self._wait_for(port, "/readyz", b"ready")
            self._step("healthcheck", "run", name)
            self._say("(healthy: nothing to say)")
            claims = (ROOT / "examples" / "claims.jsonl").read_text(encoding="utf-8")
            self._run("publish", "-", options=options, stdin=claims)
            self._wait_for(port, "/metrics", rb'stream_edits_decisions_total{.*"PASS".*} [1-9]')
            self._step("stop", "--time", "60", name, shown=0)
            self._ended_well(name)
        finally:
            self._podman("rm", "--force", name, check=False)

    def of_the_chart(self, brokers: str) -> None:
        """Check the pod of the chart with `podman play kube`, on the existing topics."""
        port = self._fresh_port(brokers)
        file = self._podman.folder / "played.yaml"
        file.write_text(playable(brokers, port, self._image), encoding="utf-8")
        self._say("")
        self._say("# the chart's StatefulSet, its kind rewritten to Deployment")
        name = "claims-stream-edits-pod-0-stream-edits"
        try:
            self._step("play", "kube", "--network", "host", str(file), shown=0)
            self._wait_for(port, "/healthz", b"live")
            self._wait_for(port, "/readyz", b"ready")
            self._step("exec", name, "cat", "/etc/stream-edits/settings/settings.yaml")
            confined = self._step(
                "inspect", "--format", "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}", name
            )
            assert confined == "10001:10001 true"
            self._step("stop", "--time", "60", name, shown=0)
            self._ended_well(name)
        finally:
            self._podman("play", "kube", "--down", str(file), check=False)

    def _ended_well(self, name: str) -> None:
        output = self._step("inspect", "--format", "exit code {{.State.ExitCode}}", name)
        assert output == "exit code 0", self._podman("logs", name).stdout[-2000:]

    def _fresh_port(self, brokers: str) -> int:
        """A free port. The log shows the usual port instead, also for the broker."""
        port = free_port()
        self._usual = {str(port): "9464", brokers: "localhost:9092"}
        self._usual[f"{self._podman.folder}/"] = ""
        return port

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
        output = self._podman(*command, stdin=stdin).stdout.strip()
        self._say(f"$ podman {shlex.join(command)}")
        for line in output.splitlines()[:shown]:
            self._say(line)
        return output

    def _wait_for(self, port: int, path: str, wanted: bytes, within_s: float = 120.0) -> None:
        """Poll until the status is 200 and a line matches `wanted`. That line is logged."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                    status, body = answer.status, answer.read()
            except OSError as failure:
                status, body = 0, str(failure).encode()
            found = re.search(rb"^" + wanted + rb".*$", body, re.MULTILINE)
            if status == 200 and found:
                break
            assert time.monotonic() < deadline, f"{path}: {status} {body[-2000:]!r}"
            time.sleep(0.25)
        self._say(f"$ curl http://localhost:{port}{path}  # 200")
        self._say(found[0].decode())

    def _say(self, line: str) -> None:
        for actual, usual in self._usual.items():
            line = line.replace(actual, usual)
        self.log.append(line)


def _environment(**settings: str) -> list[str]:
    """The options of `podman run` for the host's network and these settings."""
    given = [f"STREAM_EDITS_{name}={value}" for name, value in settings.items()]
    return ["--network", "host", *(word for each in given for word in ("--env", each))]
