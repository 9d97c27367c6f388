"""A small client of the API server, for what the tests ask and do beside Helm."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

Object = dict[str, Any]
_PAUSE_S = 0.1

# The kinds that the chart may create, with the pods that follow: API path of the group, plural.
KINDS: dict[str, tuple[str, str]] = {
    "StatefulSet": ("/apis/apps/v1", "statefulsets"),
    "Service": ("/api/v1", "services"),
    "ConfigMap": ("/api/v1", "configmaps"),
    "Secret": ("/api/v1", "secrets"),
    "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "Pod": ("/api/v1", "pods"),
    "Job": ("/apis/batch/v1", "jobs"),
    "PodDisruptionBudget": ("/apis/policy/v1", "poddisruptionbudgets"),
    "NetworkPolicy": ("/apis/networking.k8s.io/v1", "networkpolicies"),
    "ScaledObject": ("/apis/keda.sh/v1alpha1", "scaledobjects"),
    "TriggerAuthentication": ("/apis/keda.sh/v1alpha1", "triggerauthentications"),
    "PodMonitor": ("/apis/monitoring.coreos.com/v1", "podmonitors"),
    "ServiceMonitor": ("/apis/monitoring.coreos.com/v1", "servicemonitors"),
    "PrometheusRule": ("/apis/monitoring.coreos.com/v1", "prometheusrules"),
    "Event": ("/api/v1", "events"),
    "ResourceQuota": ("/api/v1", "resourcequotas"),
}


class ApiError(Exception):
    """The API server refused a request: `code` and, as the text, its message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Api:
    """Requests to one API server with a bearer token."""

    def __init__(self, url: str, token: str, trusted: ssl.SSLContext) -> None:
        self.requests = 0
        self._url = url
        self._token = token
        # Whatever proxy the environment names: the server is on this machine.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
        )

    def text(self, path: str) -> str:
        """The body of a GET as text."""
        return self._ask("GET", path, None)

    def items(self, path: str) -> list[Object]:
        """The objects of a list."""
        found: list[Object] = json.loads(self.text(path))["items"]
        return found

    def create(self, path: str, content: Object) -> Object:
        """POST an object."""
        created: Object = json.loads(self._ask("POST", path, content))
        return created

    def patch(self, path: str, content: Object, manager: str = "test") -> Object:
        """Merge `content` into an object as field manager `manager`."""
        where = f"{path}?fieldManager={manager}"
        patched: Object = json.loads(self._ask("PATCH", where, content))
        return patched

    def delete(self, path: str) -> None:
        """DELETE an object."""
        self._ask("DELETE", path, None)

    def _ask(self, method: str, path: str, content: Object | None) -> str:
        """Raises ApiError."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(
            self._url + path,
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": kind},
        )
        self.requests += 1
        try:
            with self._opener.open(request, timeout=30) as answer:
                body: bytes = answer.read()
        except urllib.error.HTTPError as refused:
            raise ApiError(refused.code, _message(refused.read())) from None
        return body.decode()


def _message(body: bytes) -> str:
    try:
        message: str = json.loads(body)["message"]
    except (ValueError, KeyError):
        return body.decode(errors="replace")
    return message


def path_of(kind: str, namespace: str, name: str = "") -> str:
    """The API path of a kind in a namespace, or of one object."""
    group, plural = KINDS[kind]
    return f"{group}/namespaces/{namespace}/{plural}" + (f"/{name}" if name else "")


def until(
    condition: Callable[[], object], what: str, seconds: float = 30.0, pause: float = _PAUSE_S
) -> None:
    """Wait until `condition` holds. Raises AssertionError, with `what`, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(pause)
