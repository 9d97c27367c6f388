"""The packaged schemas (schemas/index.json), and the port through which a writer's is found."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from stream_edits.codec.avro.avsc import Parsed, parse, self_contained
from stream_edits.codec.errors import UnknownSchema

CLAIM_EVENT = "ClaimEvent"
CLAIM_DECISION = "ClaimDecision"
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
    """Where the schema that a claim was written with is looked up."""

    def schema_text(self, schema_id: int) -> str:
        """The self-contained schema with that id.

        Raises UnknownSchema when there surely is none, RegistryAway when nobody can tell now.
        """
        ...


class PackagedSchemas:
    """A SchemaSource without a registry: the ids of schemas/index.json."""

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
    alone = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.avsc")}
    loaded = [_load(entry, alone) for entry in entries]
    by_id = {schema.id: schema for schema in loaded}
    if len(by_id) != len(loaded):
        raise ValueError("two schemas of schemas/index.json have one id")
    return by_id


@cache
def schema_of(record: str) -> PackagedSchema:
    """The packaged schema that records of that name are written with: its newest."""
    return max((s for s in packaged().values() if s.record == record), key=lambda s: s.id)


def _load(entry: dict[str, Any], alone: dict[str, Any]) -> PackagedSchema:
    own = json.loads((schema_folder() / entry["file"]).read_text("utf-8"))
    others = {f"{NAMESPACE}.{name}": schema for name, schema in alone.items()}
    text = json.dumps(self_contained(own, others))
    return PackagedSchema(entry["id"], entry["record"], text, parse(text), tuple(entry["subjects"]))
