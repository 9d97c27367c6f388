"""`stream-edits policy`: the policy for claims analysts. Each command is thin."""

from pathlib import Path

import click

from stream_edits.cli.failing import one_line_errors
from stream_edits.cli.generated import write_or_check
from stream_edits.handbook.changes import changes_of
from stream_edits.handbook.coverage import coverage_of
from stream_edits.handbook.index import index as index_of
from stream_edits.handbook.page import entry_named, page
from stream_edits.policies.catalog import load_policies
from stream_edits.settings import load_settings

INDEX = Path("docs/edits.md")


@click.group()
def policy() -> None:
    """Read the policy: edits, values and reasons, overlays, coverage."""


@policy.command()
@click.argument("edit")
@click.pass_context
def show(context: click.Context, edit: str) -> None:
    """Show all there is to know of EDIT: paragraph, choices, values, reasons, cases.

    Values are those in force here, under the overlay of the settings.
    """
    with one_line_errors():
        overlay = load_settings(context.obj).policy
        text = page(entry_named(load_policies(overlay), edit), overlay)
    click.echo(text, nl=False)


@policy.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(file: Path) -> None:
    """Validate the overlay FILE, and say what it changes.

    One line for each value: edit, value, date, what it was and what it becomes.
    """
    with one_line_errors():
        text = changes_of(load_policies(), load_policies(file), file)
    click.echo(text, nl=False)


@policy.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=INDEX,
    show_default=True,
    help="Where the page lies.",
)
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 when it is stale.")
def index(output: Path, check_only: bool) -> None:
    """Write the index of the edits as shipped: paragraph, numbers, cases."""
    with one_line_errors():
        text = index_of(load_policies())
    write_or_check(text, output, check_only, "stream-edits policy index")


@policy.command()
def coverage() -> None:
    """Show each sentence of the policy with the edits that carry it out, or why none does."""
    with one_line_errors():
        text = coverage_of(load_policies())
    click.echo(text, nl=False)
