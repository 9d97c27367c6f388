"""`stream-edits pends`: the claims that are held, for those who resolve them."""

import sys
from datetime import datetime

import click

from stream_edits.cli.errors import BAD_INPUT
from stream_edits.cli.formats import Day, format_option
from stream_edits.commands.list_pends import Wanted, print_pends
from stream_edits.domain.decision import WaitsFor
from stream_edits.settings import load_settings


@click.command()
@click.option(
    "--as-of", type=Day(), metavar="DAY", help="Count the days left from DAY, not from today."
)
@click.option(
    "--waits-for",
    "mover",
    type=click.Choice(["provider", "payer", "claim"]),
    help="Only claims that wait for the provider, for a person of the payer or for another claim.",
)
@click.option(
    "--due-within",
    type=int,
    metavar="DAYS",
    help="Only claims with at most this many days left, and overdue ones.",
)
@format_option(
    "table",
    "table: for people. json: one object per line. csv: for a spreadsheet.",
    forms=("table", "json", "csv"),
)
@click.pass_context
def pends(
    context: click.Context,
    as_of: datetime | None,
    mover: str | None,
    due_within: int | None,
    form: str,
) -> None:
    """List the claims whose newest decision is PEND, the most urgent first.

    It reads the three decision topics once, up to their present ends.
    """
    settings = load_settings(context.obj)
    day = (as_of or datetime.now().astimezone()).date()
    wanted = Wanted(day, WaitsFor(mover.upper()) if mover else None, due_within)
    bad = print_pends(settings, wanted, form)
    if bad:
        sys.exit(BAD_INPUT)
