"""`make chart`: generates files of the chart.

The `settings` part of values.schema.json is generated from the program's settings, and README.md
from values.yaml by helm-docs.
"""

import json
from typing import Any

from stream_edits.settings import Settings
from tests.helm.tool import CHART, helm_docs

SCHEMA = CHART / "values.schema.json"
# The chart sets these itself, from `kafka`, `schemaRegistry`, `policy` and the pods' names.
OWN = {"bootstrap_servers", "schema_registry_url", "policy", "instance"}
# Probes and the Service need a port that is known.
_IN_A_POD = {"http_port": {"minimum": 1, "description": "Their port."}}
_OPTIONS = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}


def schema() -> dict[str, Any]:
    """The content of values.schema.json with the current settings."""
    content: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    content["properties"]["settings"] = settings_schema()
    return content


def settings_schema() -> dict[str, Any]:
    """The JSON schema of the settings that are allowed in the values."""
    model = Settings.model_json_schema()
    kept = {name: each for name, each in model["properties"].items() if name not in OWN}
    topics = model["$defs"]["Topics"]["properties"]
    kept["topics"] = _object(topics) | {"description": kept["topics"]["description"]}
    for table in ("kafka", "schema_registry"):
        kept[table] = _OPTIONS | {"description": kept[table]["description"]}
    for name, limits in _IN_A_POD.items():
        kept[name] = kept[name] | limits
    return _object(kept)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    bare = {
        name: {key: value for key, value in each.items() if key not in ("title", "default")}
        for name, each in properties.items()
    }
    return {"type": "object", "additionalProperties": False, "properties": bare}


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (CHART / "README.md").write_text(helm_docs(CHART), encoding="utf-8")


if __name__ == "__main__":
    main()
