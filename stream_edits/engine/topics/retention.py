"""Whether a topic keeps every record for as many days as it must."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

from stream_edits.text import counted

DAY_MS = 86_400_000
UNLIMITED = "-1"


def kept_too_short(topic: str, settings: Mapping[str, str | None], days: int) -> str | None:
    """What a topic's settings keep and what is required, in one sentence; None if it is enough.

    `settings` are those in force, by Kafka's names. `local.retention.*` does not count: it only
    says how much of a tiered topic lies on the brokers' own disks.
    """
    kept = "; ".join(_limits(settings, days))
    if not kept:
        return None
    return f"topic {topic} {kept}: every record must be kept for {counted(days, 'days')}"


def _limits(settings: Mapping[str, str | None], days: int) -> list[str]:
    policies = (settings.get("cleanup.policy") or "").split(",")
    found = []
    if "compact" in policies:
        found.append(f"keeps only the newest record of each key ({_said(settings, _POLICY)})")
    if "delete" in policies:
        age, size = settings.get("retention.ms"), settings.get("retention.bytes")
        if age != UNLIMITED and int(age or 0) < days * DAY_MS:
            # Rounded down, so that one millisecond too little does not look like enough.
            lasts = floor(int(age or 0) / DAY_MS * 100) / 100
            found.append(
                f"keeps records for {counted(lasts, 'days')} ({_said(settings, 'retention.ms')})"
            )
        if size != UNLIMITED:
            # How many days fit into a size is not known beforehand.
            found.append(
                f"keeps only so many bytes of a partition ({_said(settings, 'retention.bytes')})"
            )
    return found


_POLICY = "cleanup.policy"


def _said(settings: Mapping[str, str | None], name: str) -> str:
    return f"{name}={settings.get(name)}"
