"""The chart's objects for `podman play kube`."""

import io

from ruamel.yaml import YAML

from tests.helm.chart import render


def playable(brokers: str, port: int, image: str) -> str:
    """The settings and the pod with all stages, as YAML.

    Podman 4 does not support StatefulSets, nor named or mapped ports on the host's network.
    """
    repository, _, tag = image.rpartition(":")
    rendered = render(
        {
            "topology": "combined",
            "replicas": 1,
            "kafka": {"bootstrapServers": brokers},
            "settings": {"replication_factor": 1, "http_host": "127.0.0.1", "http_port": port},
            "image": {"repository": repository, "tag": tag, "pullPolicy": "Never"},
        }
    )
    stateful_set = rendered.one("StatefulSet")
    spec = stateful_set["spec"]
    deployed = {"replicas": 1, "selector": spec["selector"], "template": spec["template"]}
    (container,) = spec["template"]["spec"]["containers"]
    del container["ports"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        container[probe]["httpGet"]["port"] = port
    text = io.StringIO()
    settings = rendered.one("ConfigMap", "claims-stream-edits-settings")
    YAML(typ="safe", pure=True).dump_all(
        [settings, stateful_set | {"kind": "Deployment", "spec": deployed}], text
    )
    return text.getvalue()
