"""`make compose-test`: start compose.yaml with podman-compose, on images that are built here.

Each image has the name that compose.yaml asks for. Those of Kafka, the registry and Prometheus
stand in for the official ones, so their scripts are not tried. Grafana is left out: no package
source that the tests use has it.
"""

import json
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.image.broker import build_kafka, java_tar
from tests.image.podman import ROOT, Podman, podman_for
from tests.registry.apicurio import distribution
from tests.written_counts import write_counts

REPORT = ROOT / "docs" / "image.md"
SERVICES = ("kafka", "registry", "topics", "stages", "claims", "prometheus")
_PROGRAM = ROOT / ".cache" / "compose" / "bin" / "podman-compose"
_PROMETHEUS = "http://127.0.0.1:9090/api/v1"
_REGISTRY_FILE = """\
FROM scratch
ADD java.tar /
COPY registry /registry
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
WORKDIR /tmp
ENTRYPOINT ["sh", "-c", "exec java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
-Dregistry.datasource.url=jdbc:h2:mem:registry -jar /registry/*-runner.jar"]
"""
_PROMETHEUS_FILE = """\
FROM {base}
COPY prometheus /bin/prometheus
EXPOSE 9090
ENTRYPOINT ["/bin/prometheus", "--config.file=/etc/prometheus/prometheus.yml", \
"--storage.tsdb.path=/prometheus"]
"""


def main() -> None:
    """Exit with a message and 1 when a check fails, or 2 when a tool is missing."""
    with podman_for("compose-test") as podman:
        _build(podman, podman.folder)
        with _up(podman):
            said = [*_decided(), *_alerts(), *_served_by(podman)]
        write_counts("compose", [f"- {line}" for line in said], REPORT)
    print("\n".join(said))


def _build(podman: Podman, folder: Path) -> None:
    images = {name: each["image"] for name, each in _services().items()}
    base = podman.base()
    podman.build("localhost/stream-edits:local", base, ["VERSION=local"])
    build_kafka(podman, folder / "kafka", images["kafka"])
    registry = folder / "registry"
    shutil.copytree(distribution(), registry / "registry")
    java_tar(registry)
    _image(podman, registry, images["registry"], _REGISTRY_FILE)
    prometheus = folder / "prometheus"
    prometheus.mkdir()
    shutil.copy(shutil.which("prometheus") or ROOT / ".cache" / "bin" / "prometheus", prometheus)
    _image(podman, prometheus, images["prometheus"], _PROMETHEUS_FILE.format(base=base))


def _services() -> dict[str, Any]:
    services: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")["services"]
    return services


def _image(podman: Podman, folder: Path, tag: str, text: str) -> None:
    (folder / "Containerfile").write_text(text)
    podman("build", "--isolation", "chroot", "--pull=never", "--tag", tag, str(folder))


@contextmanager
def _up(podman: Podman) -> Iterator[None]:
    """All services but Grafana, until the caller is done.

    They are started one by one, in the order of compose.yaml: Podman leaves health checks to
    systemd, so podman-compose cannot wait for them here.
    """
    try:
        for service in SERVICES:
            _compose(podman, "up", "--detach", "--no-build", "--no-deps", service)
            _wait_for(podman, service)
        yield
    except BaseException:
        for service in SERVICES:
            done = podman("logs", "--tail", "5", _container(service), check=False)
            print(f"{service}: {done.stdout[-1500:]}{done.stderr[-1500:]}", file=sys.stderr)
        raise
    finally:
        _compose(podman, "down", "--volumes", "--timeout", "60")


def _wait_for(podman: Podman, service: str) -> None:
    """Until what depends on the service may start: it is healthy, or has ended with 0."""
    wanted = {
        condition["condition"]
        for each in _services().values()
        if isinstance(depends := each.get("depends_on"), dict)
        for name, condition in depends.items()
        if name == service
    }
    name = _container(service)
    if "service_healthy" in wanted:
        _eventually(lambda: podman("healthcheck", "run", name, check=False).returncode, _is_zero)
    if "service_completed_successfully" in wanted:
        assert podman("wait", name).stdout.strip() == "0"


def _container(service: str) -> str:
    return f"stream-edits_{service}_1"


def _is_zero(code: float) -> bool:
    return code == 0


def _compose(podman: Podman, *arguments: str) -> None:
    done = subprocess.run(
        [str(_PROGRAM), "--file", str(ROOT / "compose.yaml"), *arguments],
        env=podman.environ,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=420,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


def _decided() -> Iterator[str]:
    decisions = "sum(stream_edits_decisions_total{namespace='compose'})"
    count = _eventually(lambda: _value(decisions), lambda value: value > 20)
    yield f"Prometheus saw more than 20 decisions ({decisions})."
    _eventually(lambda: _value(decisions), lambda value: value > count)
    yield "Claims keep coming, and are decided."


def _alerts() -> Iterator[str]:
    groups = _ask("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rules
    assert [rule["name"] for rule in rules if rule["health"] == "err"] == []
    yield f"Prometheus evaluates {len(rules)} rules without an error."


def _served_by(podman: Podman) -> Iterator[str]:
    for service in ("kafka", "registry", "stages", "claims", "prometheus"):
        state = podman("inspect", "--format", "{{.State.Status}}", _container(service))
        assert state.stdout.strip() == "running", service
    ended = podman("inspect", "--format", "{{.State.ExitCode}}", _container("topics"))
    assert ended.stdout.strip() == "0"
    yield "Kafka, the registry, the stages, the claims and Prometheus run. `topics` ended with 0."


def _eventually(look: Callable[[], float], enough: Callable[[float], bool]) -> float:
    deadline = time.monotonic() + 180
    while not enough(value := look()):
        assert time.monotonic() < deadline, value
        time.sleep(2)
    return value


def _value(query: str) -> float:
    found = _ask(f"query?query={urllib.parse.quote(query)}")["result"]
    return float(found[0]["value"][1]) if found else 0.0


def _ask(path: str) -> Any:
    try:
        with urllib.request.urlopen(f"{_PROMETHEUS}/{path}", timeout=10) as answer:
            return json.load(answer)["data"]
    except OSError:
        return {"result": [], "groups": []}


if __name__ == "__main__":
    main()
