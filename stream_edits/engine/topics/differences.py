"""How a topic differs from what it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from ..ports import TopicSpec
from .retention import UNLIMITED, kept_too_short


def unlike(spec: TopicSpec, settings: Mapping[str, str | None]) -> Iterator[str]:
    """A sentence for each setting of a topic that is not as its spec wants it.

    `settings` are those in force, by Kafka's names.
    """
    policy = settings.get("cleanup.policy")
    if spec.kept_days is None and policy != spec.cleanup_policy:
        yield f"topic {spec.name} has cleanup.policy={policy}, not {spec.cleanup_policy}"
    for name, wanted in spec.at_least.items():
        found = settings.get(name)
        if found is None or _amount(found) < _amount(wanted):
            least = wanted if wanted == UNLIMITED else f"{wanted} or more"
            yield f"topic {spec.name} has {name}={found}, not {least}"
    if spec.kept_days is not None:
        kept = kept_too_short(spec.name, settings, spec.kept_days)
        if kept is not None:
            yield kept


def _amount(value: str) -> float:
    return inf if value == UNLIMITED else int(value)
