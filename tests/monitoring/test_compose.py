"""compose.yaml and what it mounts: each name in it exists where it points to.

No container is started here: these machines cannot fetch the images.
"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from stream_edits.cli.root import cli
from stream_edits.settings import Settings, settings_table
from tests.monitoring.programs import promtool
from tests.monitoring.promql import ROOT

_COMPOSE = ROOT / "monitoring" / "compose"


def _read(file: Path) -> Any:
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))


COMPOSE = _read(ROOT / "compose.yaml")
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, each in SERVICES.items() if each["image"] == "stream-edits:local"]


def _mounts() -> dict[str, str]:
    """The path in a container by the path here."""
    volumes = [volume for each in SERVICES.values() for volume in each.get("volumes", [])]
    return {inside: here for here, inside, _ in (volume.split(":") for volume in volumes)}


def test_every_service_is_ours_or_an_image_with_a_version() -> None:
    assert len(OURS) == 3
    for name, service in SERVICES.items():
        if name not in OURS:
            assert re.search(r":v?\d+\.\d+(\.\d+)?(\.Final)?$", service["image"]), name
    assert [name for name in OURS if "build" in SERVICES[name]] == ["topics"]


def test_every_service_waits_for_services_that_can_say_when_they_are_ready() -> None:
    for name, service in SERVICES.items():
        wanted = service.get("depends_on", {})
        for other in wanted:
            assert other in SERVICES, name
            condition = wanted[other]["condition"] if isinstance(wanted, dict) else ""
            if condition == "service_healthy":
                # Ours has its check in the Dockerfile.
                assert "healthcheck" in SERVICES[other] or other in OURS


def test_everything_that_is_mounted_exists_and_is_read_only() -> None:
    mounts = _mounts()
    assert len(mounts) >= 4
    assert [here for here in mounts.values() if not (ROOT / here).exists()] == []
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert len(re.findall(r"^ +- \./.*:ro$", text, re.MULTILINE)) == len(mounts)


def test_ports_are_open_on_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", OURS)
def test_our_settings_and_commands_exist(name: str) -> None:
    service = SERVICES[name]
    variables = set(re.findall(r"STREAM_EDITS_\w+", settings_table()))
    assert service["environment"].keys() <= variables
    script = " ".join(service.get("entrypoint", []))
    commands = re.findall(r"stream-edits ([a-z][^|&]*)", script)
    for command in commands:
        words = [word for word in shlex.split(command) if re.fullmatch("[a-z]+", word)]
        done = CliRunner().invoke(cli, [*words, "--help"])
        assert done.exit_code == 0, command
        options = re.findall(r"--[a-z-]+", command)
        assert [option for option in options if option not in done.output] == []


def test_prometheus_scrapes_the_stages_with_the_rules_and_the_labels_of_a_cluster(
    tmp_path: Path,
) -> None:
    file = _COMPOSE / "prometheus.yaml"
    (job,) = _read(file)["scrape_configs"]
    (target,) = job["static_configs"]
    port = Settings.model_fields["http_port"].default
    assert target["targets"] == [f"stages:{port}"]
    assert target["labels"].keys() == {"namespace"}
    inside = "/etc/prometheus/rules"
    rules = ROOT / _mounts()[inside]
    assert list(rules.glob("*.yaml"))
    here = tmp_path / "prometheus.yml"
    here.write_text(file.read_text(encoding="utf-8").replace(inside, str(rules)))
    assert "SUCCESS" in promtool("check", "config", str(here))


def test_grafana_finds_its_data_source_and_the_dashboards() -> None:
    grafana = SERVICES["grafana"]
    mounts = _mounts()
    provisioning = ROOT / mounts["/etc/grafana/provisioning"]
    (source,) = _read(provisioning / "datasources" / "prometheus.yaml")["datasources"]
    assert source["type"] == "prometheus"
    host, _, port = source["url"].removeprefix("http://").partition(":")
    assert SERVICES[host]["image"].split("/")[-1].startswith(f"{host}:")
    assert port == "9090"
    (provider,) = _read(provisioning / "dashboards" / "stream-edits.yaml")["providers"]
    folder = ROOT / mounts[provider["options"]["path"]]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (folder / Path(home).name).exists()
    assert Path(home).parent == Path(provider["options"]["path"])
