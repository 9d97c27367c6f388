"""`stream-edits dead-letters`: what could not be processed, for operators. Each command is thin."""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from stream_edits.app.wiring import Stage
from stream_edits.cli.failing import asking, one_line_errors
from stream_edits.cli.formats import format_option
from stream_edits.commands import dead_letter_views as shown
from stream_edits.commands import dead_letters as letters
from stream_edits.settings import load_settings


def _milliseconds(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """ISO-8601 with an offset, as milliseconds of Unix time."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("no date and time (ISO-8601: 2025-03-10T09:00:00Z)") from None
    if moment.tzinfo is None:
        raise click.BadParameter("it has no offset from UTC (such as Z or -08:00)")
    return round(moment.timestamp() * 1000)


def _place(_: click.Context, __: click.Parameter, value: str) -> tuple[int, int]:
    """Partition and offset in the dead-letter topic."""
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,18})", value)
    if found is None:
        raise click.BadParameter("no place in the topic: PARTITION/OFFSET, as `list` shows it")
    return int(found[1]), int(found[2])


_FILTERS = (
    click.option(
        "--stage", type=click.Choice([stage.value for stage in Stage]), help="Where it died."
    ),
    click.option("--class", "error_class", help="Its error class, such as UnknownSchema."),
    click.option("--topic", help="The topic it was read from."),
    click.option("--partition", type=click.IntRange(min=0), help="The partition of that topic."),
    click.option(
        "--since", "since_ms", callback=_milliseconds, help="Dead at this time or later (ISO-8601)."
    ),
    click.option(
        "--until", "until_ms", callback=_milliseconds, help="Dead before this time (ISO-8601)."
    ),
)


def _filtered(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which dead letters are chosen; the command gets them as keywords."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@click.group("dead-letters")
def dead_letters() -> None:
    """List, show and redrive the records that no stage could process.

    No command shows a record's key, value or headers of its own.
    """


@dead_letters.command("list")
@_filtered
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the oldest first.")
@click.option("--all", "with_redriven", is_flag=True, help="Also those that were redriven.")
@format_option("table", "table: for people. json: one object a line.")
@click.pass_context
def list_(
    context: click.Context,
    /,
    limit: int | None,
    with_redriven: bool,
    form: str,
    **filters: Any,
) -> None:
    """List the dead letters that wait, the oldest first."""
    with one_line_errors():
        settings = load_settings(context.obj)
        with asking(settings):
            found = letters.find(settings, letters.Filters(**filters))
    wanted = [each for each in found.letters if with_redriven or not each[1]]
    if form == "json":
        for letter, redriven in wanted[:limit]:
            click.echo(shown.as_json(letter, redriven))
    else:
        shown.print_table(wanted[:limit])
        click.echo(f"{len(wanted[:limit])} of {len(wanted)}")
    if found.foreign:
        click.echo(f"{found.foreign} records in the topic are none of ours", err=True)


@dead_letters.command()
@click.argument("place", callback=_place)
@click.option(
    "--save",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the value, which may hold members' data, untouched to this new file.",
)
@click.pass_context
def show(context: click.Context, place: tuple[int, int], file: Path | None) -> None:
    """Show why the record at PLACE (PARTITION/OFFSET) died, its size and its framing."""
    with one_line_errors():
        settings = load_settings(context.obj)
        with asking(settings):
            record = letters.read_one(settings, place)
        for line in shown.described(record):
            click.echo(line)
        if file is None:
            return
        try:
            size = letters.save(record, file)
        except OSError as error:
            raise click.UsageError(f"cannot write {file}: {error.strerror}") from None
    click.echo(f"{size} bytes written to {file}", err=True)


@dead_letters.command()
@_filtered
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the oldest first.")
@click.option(
    "--max-count",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Refuse what was redriven this often already.",
)
@click.option(
    "--execute/--dry-run", default=False, show_default=True, help="Do it, or only say what."
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
    """Give dead letters back to the topics they came from, once the cause is mended.

    Key, value and headers are as they were, with redrive.count one higher. Each letter is given
    back once, however often the command is run or killed. What dies again counts for the circuit
    breaker of its stage: try a few first (--limit). Exit code 1 when some were refused.
    """
    with one_line_errors():
        settings = load_settings(context.obj)
        wanted = letters.Filters(**filters)
        plan_now = partial(letters.plan, settings, wanted, limit, max_count)
        with asking(settings):
            plan = plan_now()
            done = 0
            if execute and plan.chosen:
                for plan, done in letters.carry_out(settings, plan_now):
                    if done:
                        click.echo(f"{done} of {len(plan.chosen)} redriven", err=True)
    for letter, reason in plan.refused:
        place = f"{letter.partition}/{letter.offset}"
        click.echo(f"refused: the dead letter at {place} {reason}", err=True)
    for line in shown.summed_up(plan.chosen):
        click.echo(f"{'redriven' if execute else 'would be redriven'}: {line}")
    if not plan.chosen:
        click.echo("nothing to redrive")
    elif not execute:
        click.echo("dry run: nothing was changed; --execute does it")
    if plan.refused:
        sys.exit(1)
