"""The settings as a Markdown table for docs/settings.md, generated from the model."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .model import Settings
from .sources import OPTION_TABLES, KeyPath, variable


def settings_table() -> str:
    """A row for each setting: key in the file, variable, default, meaning."""
    rows = ["| Setting | Environment variable | Default | Meaning |", "|---|---|---|---|"]
    for path, field in _fields(Settings):
        cells = [f"`{'.'.join(path)}`", f"`{_variable(path)}`", _default(field)]
        rows.append(f"| {' | '.join(cells)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _fields(model: type[BaseModel], above: KeyPath = ()) -> Iterator[tuple[KeyPath, FieldInfo]]:
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, path)
        else:
            yield path, field


def _variable(path: KeyPath) -> str:
    return variable(path) + ("__…" if path[0] in OPTION_TABLES else "")


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True)
    if value is None or value == {}:
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
