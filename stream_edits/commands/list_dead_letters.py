"""`dead-letters list`: a table for people, or JSON lines; no key, value or header of a record."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from stream_edits.commands.dead_letters import Filters, find, iso_time
from stream_edits.engine.redrive import Letter
from stream_edits.settings import Settings
from stream_edits.text import printable, stdout_console

_COLUMNS = ("place", "dead since (UTC)", "class", "from", "redrives", "what is wrong")


class Listing(NamedTuple):
    """Letters, oldest first, each with whether it was redriven.

    `matching` counts them without the limit; `foreign` counts records that no stage has written.
    """

    letters: list[tuple[Letter, bool]]
    matching: int
    foreign: int


def list_dead_letters(
    settings: Settings, filters: Filters, limit: int | None, with_redriven: bool
) -> Listing:
    """At most ``limit`` of the dead letters that match, without the redriven unless asked for.

    Raises EngineStopped, ClientError.
    """
    found = find(settings, filters)
    matching = [each for each in found.letters if with_redriven or not each[1]]
    return Listing(matching[:limit], len(matching), found.foreign)


def as_json(letter: Letter, redriven: bool) -> str:
    """One line of JSON."""
    fields = letter._asdict()
    for name in ("timestamp", "source_timestamp"):
        fields[name] = iso_time(fields.pop(f"{name}_ms"))
    return json.dumps({**fields, "redriven": redriven})


def print_table(letters: Iterable[tuple[Letter, bool]]) -> None:
    """Print a table on stdout, as wide as the terminal or 100 columns without one."""
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="bold")
    for name in _COLUMNS:
        table.add_column(name, overflow="fold")
    for letter, redriven in letters:
        cells = (
            f"{letter.partition}/{letter.offset}",
            iso_time(letter.timestamp_ms)[:19].replace("T", " "),
            letter.error_class,
            f"{letter.stage}: {_source(letter)}",
            f"{letter.redrives}, redriven since" if redriven else str(letter.redrives),
            letter.error_message,
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    stdout_console().print(table)


def _source(letter: Letter) -> str:
    return f"{letter.source_topic}/{letter.source_partition}/{letter.source_offset}"
