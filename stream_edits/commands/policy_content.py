"""`policy content`: the content table for analysts. Each raises PolicyError."""

from datetime import date
from pathlib import Path

from stream_edits.app.wiring import policies_of
from stream_edits.commands.generated_files import write
from stream_edits.handbook.content import (
    changes_from,
    contents,
    contents_as_json,
    meaning_of,
    summary,
    update_in_words,
)
from stream_edits.policies.content.hcpcs_file import read_hcpcs
from stream_edits.policies.content.table import FILE, read_table, table_text
from stream_edits.policies.content.update import update
from stream_edits.policies.errors import PolicyError
from stream_edits.settings import Settings


def show(settings: Settings, from_day: date | None, code: str | None, form: str = "table") -> str:
    """What the table holds under the overlay of the settings, for each policy that uses it."""
    found = contents(policies_of(settings))
    code = code.strip().upper() if code else None
    if form == "json":
        return contents_as_json(found, from_day, code)
    parts = []
    for policy_id, content in found.items():
        head = f"{policy_id}\n" if len(found) > 1 else ""
        if code is not None:
            parts.append(head + meaning_of(content, code))
        elif from_day is not None:
            parts.append(head + changes_from(content, from_day))
        else:
            parts.append(head + summary(content))
    return "\n".join(parts)


def take_in(file: Path, table: Path) -> tuple[str, bool]:
    """Bring a table up to date with a quarterly file of HCPCS, and write it.

    A table that does not exist yet starts as the packaged one. Returns what changed, and whether
    every code of the file is classified.
    """
    before = read_table(table if table.exists() else FILE)
    changed = update(before, read_hcpcs(file), f"CMS HCPCS, {file.name}")
    try:
        write(table, table_text(changed.entries))
    except OSError as error:
        raise PolicyError(f"cannot be written: {error.strerror}", str(table)) from None
    return update_in_words(changed), not changed.unclassified
