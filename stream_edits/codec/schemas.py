"""The packaged schemas (schemas/index.json), and the port for a writer's schema."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from stream_edits.codec.avro import Parsed, parse, self_contained
from stream_edits.codec.errors import UnknownSchema

CLAIM_EVENT = "ClaimEvent"
CLAIM_DECISION = "ClaimDecision"
REVIEW_EVENT = "ReviewEvent"
NAMESPACE = "stream_edits.v1"


@dataclass(frozen=True, slots=True)
class PackagedSchema:
    """One schema of schemas/index.json; ``text`` is self-contained, as a registry takes it."""

    id: int
    record: str
    text: str
    parsed: Parsed
    subjects: tuple[str, ...]


class SchemaSource(Protocol):
    """Looks up the schema that a claim was written with."""

    def schema_text(self, schema_id: int) -> str:
        """The self-contained schema with that id.

        Raises UnknownSchema when there is certainly none, RegistryAway when that is not known now.
        """
        ...


class PackagedSchemas:
    """The SchemaSource of a run without a registry: the ids of schemas/index.json."""

    def schema_text(self, schema_id: int) -> str:
        """The packaged schema with that id. Raises UnknownSchema."""
        found = packaged().get(schema_id)
        if found is None:
            raise UnknownSchema("no packaged schema has this id, and no registry is configured")
        return found.text


def schema_folder() -> Path:
    """The folder of the .avsc files: the wheel's copy, else the checkout's ``schemas/``."""
    package = Path(__file__).resolve().parent.parent
    in_wheel = package / "_schemas"
    return in_wheel if in_wheel.is_dir() else package.parent / "schemas"


@cache
def packaged() -> dict[int, PackagedSchema]:
    """Every packaged schema by its id, parsed."""
    folder = schema_folder()
    entries = json.loads((folder / "index.json").read_text("utf-8"))["schemas"]
    separate = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.avsc")}
    loaded = [_load(entry, separate) for entry in entries]
    by_id = {schema.id: schema for schema in loaded}
    if len(by_id) != len(loaded):
        raise ValueError("two schemas of schemas/index.json have one id")
    return by_id


@cache
def schema_of(record: str) -> PackagedSchema:
    """The newest packaged schema of that record: the one it is written with."""
    return max((s for s in packaged().values() if s.record == record), key=lambda s: s.id)


def _load(entry: dict[str, Any], separate: dict[str, Any]) -> PackagedSchema:
    own = json.loads((schema_folder() / entry["file"]).read_text("utf-8"))
    others = {f"{NAMESPACE}.{name}": schema for name, schema in separate.items()}
    text = json.dumps(self_contained(own, others))
    return PackagedSchema(entry["id"], entry["record"], text, parse(text), tuple(entry["subjects"]))
