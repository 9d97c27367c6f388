"""Dead letters in text: what stands around them, never what is in them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stream_edits.commands.dead_letters import framing_of
from stream_edits.engine import headers
from stream_edits.engine.ports import Record
from stream_edits.engine.redrive import Letter, letter_of
from stream_edits.report.wording import WIDTH, printable

_COLUMNS = ("place", "dead since (UTC)", "class", "from", "redrives", "what is wrong")


def as_json(letter: Letter, redriven: bool) -> str:
    """One line of JSON."""
    told = letter._asdict()
    for name in ("timestamp", "source_timestamp"):
        told[name] = moment(told.pop(f"{name}_ms"))
    return json.dumps({**told, "redriven": redriven})


def print_table(letters: Iterable[tuple[Letter, bool]]) -> None:
    """On standard output, as wide as the terminal or 100 columns without one."""
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="bold")
    for name in _COLUMNS:
        table.add_column(name, overflow="fold")
    for letter, redriven in letters:
        state = f"{letter.redrives}, redriven again" if redriven else str(letter.redrives)
        cells = (
            f"{letter.partition}/{letter.offset}",
            moment(letter.timestamp_ms)[:19].replace("T", " "),
            letter.error_class,
            f"{letter.stage}: {_source(letter)}",
            state,
            letter.error_message,
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH, no_color=True)
    console.print(table)


def described(record: Record) -> Iterator[str]:
    """The headers of the contract, and the record's size and framing, a line each."""
    letter = letter_of(record)
    yield f"place: {record.partition}/{record.offset}"
    yield f"dead since: {moment(record.timestamp_ms)}"
    if letter is None:
        yield "no dead letter of stream-edits: it lacks the headers"
    else:
        yield f"{headers.ERROR_CLASS}: {printable(letter.error_class)}"
        yield f"{headers.ERROR_MESSAGE}: {printable(letter.error_message)}"
        yield f"{headers.ERROR_STAGE}: {printable(letter.stage)}"
        yield f"{headers.SOURCE_TOPIC}: {printable(letter.source_topic)}"
        yield f"{headers.SOURCE_PARTITION}: {letter.source_partition}"
        yield f"{headers.SOURCE_OFFSET}: {letter.source_offset}"
        yield f"{headers.SOURCE_TIMESTAMP}: {moment(letter.source_timestamp_ms)}"
        yield f"{headers.ENGINE_VERSION}: {printable(letter.engine_version)}"
        yield f"{headers.REDRIVE_COUNT}: {letter.redrives}"
        yield f"other headers: {letter.own_headers}"
    yield f"key: {_size(record.key)}"
    yield f"value: {_size(record.value)}"
    yield f"framing: {framing_of(record.value)}"


def summed_up(letters: Sequence[Letter]) -> Iterator[str]:
    """How many go back to which topic, and what had been wrong with them."""
    for topic in sorted({letter.source_topic for letter in letters}):
        classes = Counter(x.error_class for x in letters if x.source_topic == topic)
        told = ", ".join(f"{name} {count}" for name, count in sorted(classes.items()))
        yield f"{classes.total()} to {printable(topic)} ({printable(told)})"


def moment(milliseconds: int) -> str:
    """ISO-8601 in UTC."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return "unknown"


def _source(letter: Letter) -> str:
    return f"{letter.source_topic}/{letter.source_partition}/{letter.source_offset}"


def _size(octets: bytes | None) -> str:
    return "none" if octets is None else f"{len(octets)} bytes"
