"""A pod starts with the settings given in the values."""

import re
from pathlib import Path

import pytest

from stream_edits.app.wiring import decision_builder
from stream_edits.commands.new_edit import new
from stream_edits.settings import Settings, load_settings
from tests.helm.chart import VALUE_SETS, Object, Rendered, container, render, render_set

# The content of the cluster's secrets and config maps.
_SECRET = "from {name}/{key}"
_FOREIGN = {"plan-policy": {"plan.yaml": "edits: {}\n"}}
_REFERENCE = re.compile(r"\$\((\w+)\)")


def started_with(rendered: Rendered, pod: Object, folder: Path, name: str) -> Settings:
    """Load the settings as the program in the pod would, with `folder` for its root directory."""
    (own,) = [each for each in pod["spec"]["containers"] if each.get("env")][:1]
    for mount in own["volumeMounts"]:
        _lay(rendered, pod, mount, folder)
    environ = _environment(own, name)
    # The pod's root directory is `folder`, so the only path that is opened is changed to that.
    environ["STREAM_EDITS_SETTINGS"] = f"{folder}{environ['STREAM_EDITS_SETTINGS']}"
    return load_settings(environ=environ | {"HOSTNAME": name})


def _lay(rendered: Rendered, pod: Object, mount: Object, folder: Path) -> None:
    (volume,) = [each for each in pod["spec"]["volumes"] if each["name"] == mount["name"]]
    if "configMap" not in volume:
        return
    name = volume["configMap"]["name"]
    data = _FOREIGN[name] if name in _FOREIGN else rendered.one("ConfigMap", name)["data"]
    place = folder / mount["mountPath"].lstrip("/")
    place.mkdir(parents=True, exist_ok=True)
    paths = {key: key for key in data}
    if "items" in volume["configMap"]:
        paths = {each["key"]: each["path"] for each in volume["configMap"]["items"]}
    for key, path in paths.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(data[key], encoding="utf-8")


def _environment(own: Object, pod_name: str) -> dict[str, str]:
    """The variables with references resolved as Kubernetes does."""
    environ: dict[str, str] = {}
    for each in own["env"]:
        source = each.get("valueFrom", {})
        if "fieldRef" in source:
            assert source["fieldRef"]["fieldPath"] == "metadata.name"
            environ[each["name"]] = pod_name
        elif "secretKeyRef" in source:
            environ[each["name"]] = _SECRET.format(**source["secretKeyRef"])
        else:
            value = _REFERENCE.sub(lambda found: environ[found[1]], each["value"])
            environ[each["name"]] = value
    return environ


def pod_of(rendered: Rendered, which: str) -> Object:
    return rendered.pods()[f"StatefulSet/{which}"]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_every_pod_starts(name: str, tmp_path: Path) -> None:
    rendered = render_set(name)
    for number, (which, pod) in enumerate(rendered.pods().items()):
        kind, _, own = which.partition("/")
        pod_name = f"{own}-{number}" if kind == "StatefulSet" else f"{own}-x7k2p"
        settings = started_with(rendered, pod, tmp_path / str(number), pod_name)
        assert settings.instance == (number if kind == "StatefulSet" else 0)
        assert settings.partitions >= 1


def test_the_defaults_are_the_programs_except_for_four_values(tmp_path: Path) -> None:
    rendered = render_set("default")
    loaded = started_with(
        rendered,
        pod_of(rendered, "claims-stream-edits-encounter"),
        tmp_path,
        "claims-stream-edits-encounter-1",
    )
    assert loaded == Settings(
        bootstrap_servers="kafka:9092", static_membership=True, log_format="json", instance=1
    )


def test_production_values_give_the_expected_settings(tmp_path: Path) -> None:
    rendered = render_set("production")
    pod = pod_of(rendered, "claims-stream-edits-supervision")
    loaded = started_with(rendered, pod, tmp_path, "claims-stream-edits-supervision-2")
    assert (loaded.partitions, loaded.session_timeout_ms, loaded.instance) == (24, 60_000, 2)
    assert loaded.kafka_options() == {
        "bootstrap.servers": "broker-0.kafka:9093,broker-1.kafka:9093,broker-2.kafka:9093",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "from stream-edits-kafka/username",
        "sasl.password": "from stream-edits-kafka/password",
        "ssl.ca.location": "/etc/stream-edits/tls/kafka-ca/ca.crt",
    }
    assert loaded.registry_options() == {
        "url": "https://registry.kafka:8085",
        "basic.auth.user.info": (
            "from stream-edits-registry/username:from stream-edits-registry/password"
        ),
        "ssl.ca.location": "/etc/stream-edits/tls/schema-registry-ca/ca.crt",
    }
    assert _mounted(pod, "/etc/stream-edits/tls/kafka-ca") == "kafka-ca"
    assert _mounted(pod, "/etc/stream-edits/tls/schema-registry-ca") == "kafka-ca"


def test_a_client_certificate_and_options_of_any_type(tmp_path: Path) -> None:
    rendered = render_set("combined-autoscaled")
    pod = pod_of(rendered, "claims-stream-edits")
    loaded = started_with(rendered, pod, tmp_path, "claims-stream-edits-0")
    assert loaded.kafka_options() == {
        "bootstrap.servers": "kafka-0:9093,kafka-1:9094",
        "security.protocol": "SSL",
        "ssl.ca.location": "/etc/stream-edits/tls/kafka-ca/ca.pem",
        "ssl.certificate.location": "/etc/stream-edits/tls/kafka-client/tls.crt",
        "ssl.key.location": "/etc/stream-edits/tls/kafka-client/tls.key",
        "ssl.key.password": "from stream-edits-client/password",
        "message.max.bytes": "10000000",
        "socket.keepalive.enable": "true",
    }
    assert _mounted(pod, "/etc/stream-edits/tls/kafka-client") == "stream-edits-client"
    assert (loaded.rollup, loaded.static_membership, loaded.topics.events) == (
        "strict",
        False,
        "claims.in",
    )


def test_the_overlay_arrives_and_is_valid(tmp_path: Path) -> None:
    rendered = render_set("combined-autoscaled")
    pod = pod_of(rendered, "claims-stream-edits")
    loaded = started_with(rendered, pod, tmp_path, "claims-stream-edits-0")
    assert str(loaded.policy) == "/etc/stream-edits/policy/overlay.yaml"
    laid = loaded.model_copy(update={"policy": Path(f"{tmp_path}{loaded.policy}"), "edits": None})
    assert "+" in decision_builder(laid).policies.all[0].revisions[-1].version


@pytest.mark.parametrize(
    "text",
    [
        "  # Ours\nedits: {}\n",
        "\n  # Ours\nedits: {}\n",
        "edits: {} # no end of line",
        "edits: {}\n\n\n",
        '# <a> & "b" {{ c }}\r\nedits: {}\r\n',
        "\ufeff# a tab:\t, a bell: \x07\nedits: {}\n",
    ],
)
def test_a_text_of_the_plan_arrives_unchanged(text: str) -> None:
    policy = {"overlay": text, "edits": {"my_edit/policy.yaml": text}}
    maps = render({"policy": policy}).of("ConfigMap").values()
    data = [value for each in maps for key, value in each["data"].items() if key != "settings.yaml"]
    # For the pods of the stages, and for the job that checks them.
    assert data == [text] * 4


def test_the_plan_s_own_edits_arrive_and_are_valid(tmp_path: Path) -> None:
    new(tmp_path / "edits", "needs-an-invoice", "required_document", "OURS")
    home = tmp_path / "edits"
    files = {str(x.relative_to(home)): x.read_text("utf-8") for x in home.rglob("*.yaml")}
    rendered = render({"policy": {"edits": files}})
    pod = pod_of(rendered, "claims-stream-edits-intake")
    loaded = started_with(rendered, pod, tmp_path / "pod", "claims-stream-edits-intake-0")
    assert str(loaded.edits) == "/etc/stream-edits/edits"
    laid = loaded.model_copy(update={"edits": Path(f"{tmp_path}/pod{loaded.edits}")})
    own = decision_builder(laid).policies["OURS"]
    assert [edit.id for edit in own.edits][1:] == ["needs-an-invoice"]
    jobs = {name: each for name, each in rendered.pods().items() if name.startswith("Job/")}
    mounted = {
        name: "edits" in {volume["name"] for volume in each["spec"]["volumes"]}
        for name, each in jobs.items()
    }
    # The check of the policy reads them; the creation of topics does not.
    assert {name.rpartition("-")[2]: has for name, has in mounted.items()} == {
        "check": True,
        "topics": False,
    }


def test_an_existing_config_map_can_hold_the_overlay(tmp_path: Path) -> None:
    rendered = render_set("everything-else")
    pod = pod_of(rendered, "claim-edits-intake")
    loaded = started_with(rendered, pod, tmp_path, "claim-edits-intake-0")
    assert str(loaded.policy) == "/etc/stream-edits/policy/plan.yaml"
    assert (loaded.batch_size, loaded.http_port, loaded.log_level) == (50, 8080, "WARNING")
    assert container(pod)["ports"] == [{"name": "http", "containerPort": 8080}]
    assert loaded.kafka_options()["sasl.oauthbearer.client.secret"] == "from login/secret"


def _mounted(pod: Object, path: str) -> str:
    (name,) = [each["name"] for each in container(pod)["volumeMounts"] if each["mountPath"] == path]
    (secret,) = [each["secret"] for each in pod["spec"]["volumes"] if each["name"] == name]
    return str(secret["secretName"])


@pytest.mark.parametrize("name", VALUE_SETS)
def test_the_chart_creates_no_secret_and_contains_none(name: str) -> None:
    rendered = render_set(name)
    assert rendered.of("Secret") == {}
    for pod in rendered.pods().values():
        for each in pod["spec"]["containers"]:
            plain = {one["name"]: one["value"] for one in each.get("env", []) if "value" in one}
            secret = [key for key in plain if re.search("PASSWORD|USERNAME|USER_INFO|SECRET", key)]
            assert all(_REFERENCE.search(plain[key]) for key in secret)


def test_large_numbers_are_written_out() -> None:
    rendered = render({"settings": {"breaker_window": 1_000_000}})
    given = rendered.one("ConfigMap", "claims-stream-edits-settings")["data"]["settings.yaml"]
    assert "breaker_window: 1000000\n" in given
