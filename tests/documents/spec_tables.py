"""Tables of docs/spec, read from Markdown, and Avro types in the words that the tables use."""

import json
import re
from pathlib import Path
from typing import Any


def section(document: Path, heading: str, deep: bool = False) -> str:
    """The text under a heading up to the next one; ``deep`` includes the headings below it."""
    lines = document.read_text(encoding="utf-8").splitlines(keepends=True)
    titles = [line.lstrip("#").strip() if line.startswith("#") else None for line in lines]
    start = titles.index(heading)
    level = len(lines[start]) - len(lines[start].lstrip("#")) if deep else 6
    end = start + 1
    while end < len(lines) and not re.match(rf"#{{1,{level}}} ", lines[end]):
        end += 1
    return "".join(lines[start + 1 : end])


def table(text: str) -> list[list[str]]:
    """The cells of every table in a text, without the heads."""
    rows, before = [], ""
    for line in [*text.splitlines(), ""]:
        is_head = re.fullmatch(r"\|[-:| ]+\|", line)
        if before.startswith("|") and not is_head and not re.fullmatch(r"\|[-:| ]+\|", before):
            rows.append([cell.strip() for cell in before.strip("|").split("|")])
        before = line
    return rows


def type_in_words(schema: Any) -> str:
    """An Avro type as the tables name it."""
    if isinstance(schema, list):
        (other,) = (branch for branch in schema if branch != "null")
        return f"{type_in_words(other)} or null"
    if isinstance(schema, str):
        return schema.rpartition(".")[2]
    kind, logical = schema["type"], schema.get("logicalType")
    if kind == "array":
        return f"list of {type_in_words(schema['items'])}"
    if kind in {"record", "enum"}:
        return str(schema["name"]).rpartition(".")[2]
    if logical == "decimal":
        return f"decimal({schema['precision']},{schema['scale']})"
    return str(logical or kind)


def defaults_in_words(field: dict[str, Any]) -> str:
    """A field's default as the tables name it."""
    return f"`{json.dumps(field['default'])}`" if "default" in field else "required"
