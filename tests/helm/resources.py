"""Checks objects against the schemas of Kubernetes, the Prometheus Operator and KEDA."""

from typing import Any, Protocol

import kubernetes_validate
from cloudcoil.models.keda.v1alpha1 import ScaledObject, TriggerAuthentication
from cloudcoil.models.prometheus_operator.v1 import PodMonitor, PrometheusRule, ServiceMonitor

# The oldest version that Chart.yaml allows, one in between, and the newest with schemas.
VERSIONS = ("1.27.0", "1.31.0", "1.37.0")
_MODELS: dict[str, type["_Model"]] = {
    "ScaledObject": ScaledObject,
    "TriggerAuthentication": TriggerAuthentication,
    "PodMonitor": PodMonitor,
    "ServiceMonitor": ServiceMonitor,
    "PrometheusRule": PrometheusRule,
}


class _Model(Protocol):
    @classmethod
    def model_validate(cls, obj: Any) -> Any: ...


def faults(document: dict[str, Any], version: str) -> list[str]:
    """The errors in an object, including unknown fields."""
    model = _MODELS.get(document["kind"])
    if model is not None:
        return _faults_of_custom(document, model)
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(str(step) for step in error.path)}: {error.message}"]
    return []


def _faults_of_custom(document: dict[str, Any], model: type[_Model]) -> list[str]:
    try:
        parsed = model.model_validate(document)
    except ValueError as error:
        return [str(error)]
    # The models ignore unknown fields, so those are missing in their output.
    known = parsed.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [f"{path}: unknown" for path in _lost(document, known)]


def _lost(given: Any, kept: Any, path: str = "") -> list[str]:
    if isinstance(given, dict):
        kept = kept if isinstance(kept, dict) else {}
        return [
            lost
            for key, value in given.items()
            for lost in (
                [f"{path}.{key}"] if key not in kept else _lost(value, kept[key], f"{path}.{key}")
            )
        ]
    if isinstance(given, list):
        pairs = enumerate(zip(given, kept, strict=True))
        return [lost for at, (one, other) in pairs for lost in _lost(one, other, f"{path}[{at}]")]
    return []
