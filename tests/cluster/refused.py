"""Values that the schema of the chart accepts and the API server refuses, with both messages.

For each: what it is, the values, what the chart says, and what the API server says of the same
chart without its checks.
"""

from typing import Any

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "a request above its limit",
        {"resources": {"requests": {"memory": "3Gi"}, "limits": {"memory": "2048Mi"}}},
        "resources of encounter: the request of memory, 3Gi, is above its limit, 2048Mi",
        "must be less than or equal to memory limit",
    ),
    (
        "a request above the limit of the job",
        {"topics": {"resources": {"requests": {"cpu": "1.5"}, "limits": {"cpu": "1200m"}}}},
        "topics.resources: the request of cpu, 1.5, is above its limit, 1200m",
        "must be less than or equal to cpu limit",
    ),
    (
        "a label with a space",
        {"commonLabels": {"team": "no spaces"}},
        "is not a valid value of the label team",
        "a valid label must be an empty string or consist of",
    ),
    (
        "a label of 64 characters",
        {"podLabels": {"team": "x" * 64}},
        "is not a valid value of the label team",
        "must be no more than 63",
    ),
    (
        "a label of the selector",
        {"podLabels": {"app.kubernetes.io/instance": "x"}},
        "the chart sets the label app.kubernetes.io/instance itself",
        "`selector` does not match template `labels`|already set in map|YAML parse error",
    ),
    (
        "a second volume of one name",
        {"extraVolumes": [{"name": "settings", "emptyDir": {}}]},
        "the chart has a volume settings itself",
        "Duplicate value|duplicate entries",
    ),
    (
        "a skew of 0",
        {
            "topologySpreadConstraints": [
                {"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
            ]
        },
        "maxSkew must be at least 1",
        "must be greater than 0|must be greater than zero",
    ),
    (
        "a port above 65535",
        {"kafka": {"bootstrapServers": "kafka:99999"}, "networkPolicy": {"enabled": True}},
        "no port between 1 and 65535",
        "must be between 1 and 65535",
    ),
    (
        "an overlay larger than a config map",
        {"policy": {"overlay": "# " + "x" * 1_100_000}},
        "a config map takes 1 MiB",
        "Too long: may not be more than 1048576 bytes",
    ),
]
