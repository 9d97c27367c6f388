"""etcd, kube-apiserver, controller manager and scheduler on loopback, with simulated nodes.

kwok stands in for the kubelets (kubelet.yaml): pods become ready, completed or failed, but no
container runs.
"""

import json
import os
import secrets
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.broker.properties import free_port
from tests.cluster.api import Api, ApiError, until
from tests.cluster.build import BINARIES
from tests.cluster.processes import Processes

NODES = ("node-1", "node-2", "node-3")
_HERE = "127.0.0.1"
_KUBELET = Path(__file__).with_name("kubelet.yaml")
_START_S = 60.0


class ControlPlane:
    """One cluster in `folder`, which holds its data, logs, pid files and credentials."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.container_log = folder / "containers.log"
        self._processes = Processes(folder)
        self._token = secrets.token_hex(16)
        self._port = free_port()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        try:
            self._start()
        except BaseException:
            self._processes.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.stop()

    @property
    def url(self) -> str:
        """The address of the API server."""
        return f"https://{_HERE}:{self._port}"

    def api(self) -> Api:
        """A client with all rights."""
        trusted = ssl.create_default_context(cafile=str(self._certificate))
        return Api(self.url, self._token, trusted)

    def resident_bytes(self) -> dict[str, int]:
        """The peak resident memory of each process, by name."""
        return self._processes.resident_bytes()

    @property
    def _certificate(self) -> Path:
        """The server's own certificate, which is its own authority."""
        return self.folder / "certs" / "apiserver.crt"

    def _start(self) -> None:
        self._write_credentials()
        self._start_etcd_and_api_server()
        self._wait(self._certificate_is_written)
        self._write_kubeconfig()
        self._wait(lambda: self.api().text("/readyz") == "ok")
        self._start_controllers()
        for name in NODES:
            self.api().create("/api/v1/nodes", _node(name))
        self._wait(self._nodes_are_ready)

    def _start_etcd_and_api_server(self) -> None:
        clients, peers = (f"http://{_HERE}:{free_port()}" for _ in range(2))
        self._run(
            "etcd",
            f"--data-dir={self.folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=error",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
        )
        key = self.folder / "service-accounts.key"
        self._run(
            "kube-apiserver",
            f"--etcd-servers={clients}",
            f"--bind-address={_HERE}",
            f"--secure-port={self._port}",
            # Only written into an object, and never loopback. Without it a machine needs a route.
            "--advertise-address=192.0.2.1",
            "--endpoint-reconciler-type=none",
            f"--cert-dir={self._certificate.parent}",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
        )

    def _start_controllers(self) -> None:
        common = (f"--kubeconfig={self.kubeconfig}", "--leader-elect=false", "--secure-port=0")
        self._run(
            "kube-controller-manager",
            *common,
            f"--service-account-private-key-file={self.folder / 'service-accounts.key'}",
            f"--root-ca-file={self._certificate}",
        )
        self._run("kube-scheduler", *common)
        port = free_port()
        self._run(
            "kwok",
            f"--kubeconfig={self.kubeconfig}",
            "--manage-all-nodes",
            f"--config={self._kubelet()}",
            # Where the API server asks for the logs of containers.
            f"--server-address={_HERE}:{port}",
            f"--node-ip={_HERE}",
            f"--node-port={port}",
            # Nodes without a lease keep the taint `not-ready`, and nothing is scheduled.
            "--node-lease-duration-seconds=40",
        )

    def _kubelet(self) -> Path:
        """The configuration of kwok: the stages of a pod, and a log that every container has."""
        logs = {
            "kind": "ClusterLogs",
            "apiVersion": "kwok.x-k8s.io/v1alpha1",
            "metadata": {"name": "all"},
            "spec": {"logs": [{"logsFile": str(self.container_log)}]},
        }
        file = self.folder / "kubelet.yaml"
        file.write_text(f"{_KUBELET.read_text()}---\n{json.dumps(logs)}\n")
        self.say("")
        return file

    def say(self, words: str) -> None:
        """Let the log of every container be these words, as a container runtime keeps them."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "000Z")
        lines = [f"{now} stdout F {line}\n" for line in words.splitlines()]
        self.container_log.write_text("".join(lines))

    def _run(self, name: str, *arguments: str) -> None:
        own = {"KWOK_WORKDIR": str(self.folder / "kwok"), "HOME": str(self.folder)}
        own["NO_PROXY"] = _HERE
        self._processes.start(name, [str(BINARIES / name), *arguments], own)

    def _write_credentials(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        _write_private(self.folder / "service-accounts.key", pem.decode())
        _write_private(self.folder / "tokens.csv", f"{self._token},admin,admin,system:masters\n")

    def _write_kubeconfig(self) -> None:
        # JSON is YAML.
        cluster = {"server": self.url, "certificate-authority": str(self._certificate)}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "local", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "local", "context": {"cluster": "local", "user": "admin"}}],
            "current-context": "local",
        }
        _write_private(self.kubeconfig, json.dumps(content))

    def _certificate_is_written(self) -> bool:
        return self._certificate.exists() and self._certificate.stat().st_size > 0

    def _nodes_are_ready(self) -> bool:
        nodes = self.api().items("/api/v1/nodes")
        return len(nodes) == len(NODES) and all(
            is_true(node, "Ready") and not node["spec"].get("taints") for node in nodes
        )

    def _wait(self, condition: Callable[[], bool]) -> None:
        def met() -> bool:
            self._processes.check()
            try:
                return condition()
            except (ApiError, OSError):
                return False

        until(met, "the control plane starts", _START_S)


def is_true(found: dict[str, Any], condition: str) -> bool:
    """Whether a condition in an object's status is true."""
    return any(
        each["type"] == condition and each["status"] == "True"
        for each in found.get("status", {}).get("conditions") or []
    )


def _node(name: str) -> dict[str, Any]:
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": name.replace("node", "zone"),
    }
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def _write_private(file: Path, text: str) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
