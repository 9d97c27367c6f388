"""`stream-edits dead-letters`: the records that could not be processed, for operators."""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from stream_edits.app.wiring import Stage
from stream_edits.cli.formats import format_option
from stream_edits.commands import redrive_dead_letters as redriving
from stream_edits.commands.dead_letters import Filters
from stream_edits.commands.list_dead_letters import as_json, list_dead_letters, print_table
from stream_edits.commands.show_dead_letter import describe, read_dead_letter, save_value
from stream_edits.settings import load_settings
from stream_edits.text import counted, verb


def _milliseconds(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """ISO-8601 with an offset, as milliseconds of Unix time."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("not a date and time (ISO-8601: 2025-03-10T09:00:00Z)") from None
    if moment.tzinfo is None:
        raise click.BadParameter("it has no offset from UTC (such as Z or -08:00)")
    return round(moment.timestamp() * 1000)


def _place(_: click.Context, __: click.Parameter, value: str) -> tuple[int, int]:
    """Partition and offset in the dead-letter topic."""
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,18})", value)
    if found is None:
        raise click.BadParameter("not a place in the topic: PARTITION/OFFSET, as `list` shows it")
    return int(found[1]), int(found[2])


_FILTERS = (
    click.option(
        "--stage",
        type=click.Choice([stage.value for stage in Stage]),
        help="The stage that could not process it.",
    ),
    click.option("--class", "error_class", help="Its error class, such as UnknownSchema."),
    click.option("--topic", help="The topic it was read from."),
    click.option("--partition", type=click.IntRange(min=0), help="The partition of that topic."),
    click.option(
        "--since",
        "since_ms",
        callback=_milliseconds,
        help="Dead letters from this time on (ISO-8601).",
    ),
    click.option(
        "--until",
        "until_ms",
        callback=_milliseconds,
        help="Dead letters before this time (ISO-8601).",
    ),
)


def _filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that filter dead letters; the command gets them as keywords."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@click.group("dead-letters")
def dead_letters() -> None:
    """List, show and redrive the records that no stage could process.

    No command shows a record's key, value or own headers.
    """


@dead_letters.command("list")
@_filtered
@click.option("--limit", type=click.IntRange(min=1), help="At most this many, the oldest first.")
@click.option("--all", "with_redriven", is_flag=True, help="Include those that were redriven.")
@format_option("table", "table: for people. json: one object per line.")
@click.pass_context
def list_(
    context: click.Context,
    /,
    limit: int | None,
    with_redriven: bool,
    form: str,
    **filters: Any,
) -> None:
    """List the dead letters that were not redriven, the oldest first."""
    settings = load_settings(context.obj)
    listing = list_dead_letters(settings, Filters(**filters), limit, with_redriven)
    if form == "json":
        for letter, redriven in listing.letters:
            click.echo(as_json(letter, redriven))
    else:
        if listing.letters:
            print_table(listing.letters)
        click.echo(f"{len(listing.letters)} of {counted(listing.matching, 'dead letters')}")
    if listing.foreign:
        foreign = counted(listing.foreign, "records")
        were = verb(listing.foreign, "was", "were")
        click.echo(f"{foreign} in the topic {were} not written by stream-edits", err=True)


@dead_letters.command()
@click.argument("place", callback=_place)
@click.option(
    "--save",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the value, which may hold members' data, unchanged to this new file.",
)
@click.pass_context
def show(context: click.Context, place: tuple[int, int], file: Path | None) -> None:
    """Show why the record at PLACE (PARTITION/OFFSET) is a dead letter, its size and framing."""
    settings = load_settings(context.obj)
    record = read_dead_letter(settings, place)
    for line in describe(record):
        click.echo(line)
    if file is None:
        return
    try:
        size = save_value(record, file)
    except OSError as error:
        raise click.UsageError(f"cannot write {file}: {error.strerror}") from None
    click.echo(f"{counted(size, 'bytes')} written to {file}", err=True)


@dead_letters.command()
@_filtered
@click.option("--limit", type=click.IntRange(min=1), help="At most this many, the oldest first.")
@click.option(
    "--max-count",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Refuse those that were redriven this many times already.",
)
@click.option(
    "--execute/--dry-run",
    default=False,
    show_default=True,
    help="Redrive, or only show what would be redriven.",
)
@click.pass_context
def redrive(
    context: click.Context,
    /,
    limit: int | None,
    max_count: int,
    execute: bool,
    **filters: Any,
) -> None:
    """Send dead letters back to the topics they came from, once the cause is fixed.

    Key, value and headers stay the same, except that redrive.count is one higher. Each dead letter
    is sent back once, even when the command is repeated or killed. Records that fail again count
    towards the circuit breaker of their stage: try a few first (--limit). One that cannot be sent
    back is refused and stays, and the others go. Exit code 1 when some were refused.
    """
    settings = load_settings(context.obj)
    plan_now = partial(redriving.plan, settings, Filters(**filters), limit, max_count)
    plan = plan_now()
    if execute and plan.chosen:
        for plan, done in redriving.execute(settings, plan_now):
            if done:
                click.echo(f"{done} of {len(plan.chosen)} redriven", err=True)
    for line in redriving.refusals(plan):
        click.echo(line, err=True)
    for line in redriving.summary(plan, execute):
        click.echo(line)
    if plan.refused:
        sys.exit(1)
