"""`stream-edits policy content`: what procedure codes mean."""

import sys
from datetime import datetime
from pathlib import Path

import click

from stream_edits.cli.errors import BAD_INPUT
from stream_edits.cli.formats import Day, format_option
from stream_edits.commands import policy_content as command
from stream_edits.settings import load_settings

TABLE = Path("content_table.csv")


@click.group(invoke_without_command=True)
@click.option(
    "--from",
    "from_day",
    type=Day(),
    metavar="DATE",
    help="List the codes that start or end from this day on.",
)
@click.option("--code", help="Say what this code means, and why.")
@format_option("table", "table: for people. json: one code per line.")
@click.pass_context
def content(context: click.Context, from_day: datetime | None, code: str | None, form: str) -> None:
    """Show what procedure codes mean: codes by category, and the unclassified ones.

    The meanings are those in force, with the overlay of the settings.
    """
    if context.invoked_subcommand is not None:
        return
    day = from_day.date() if from_day else None
    text = command.show(load_settings(context.obj), day, code, form)
    click.echo(text, nl=False)


@content.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--table",
    type=click.Path(path_type=Path, dir_okay=False),
    default=TABLE,
    show_default=True,
    help="The table to bring up to date; made from the packaged one if it does not exist.",
)
def import_file(file: Path, table: Path) -> None:
    """Take CMS's quarterly HCPCS file FILE (fixed width or CSV) into a table.

    Lists the codes added, ended and unclassified. Exits 3 while codes of the file are
    unclassified: give each its category in the table, and run the command again.
    """
    text, is_classified = command.take_in(file, table)
    click.echo(text, nl=False)
    if not is_classified:
        click.echo(f"give the unclassified codes a category in {table}", err=True)
        sys.exit(BAD_INPUT)
