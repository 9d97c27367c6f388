"""`stream-edits policy`: the policy, for claims analysts."""

from pathlib import Path

import click

from stream_edits.cli.errors import one_line_errors
from stream_edits.cli.generated_files import write_or_check
from stream_edits.cli.own_edits import cases, new
from stream_edits.cli.policy_content import content
from stream_edits.commands import policy as command
from stream_edits.settings import load_settings

INDEX = Path("docs/edits.md")


@click.group()
def policy() -> None:
    """Read the policy: edits, values and reasons, what codes mean, overlays, coverage."""


policy.add_command(content)
policy.add_command(new)
policy.add_command(cases)


@policy.command()
@click.argument("edit")
@click.pass_context
def show(context: click.Context, edit: str) -> None:
    """Show everything about EDIT: paragraph, choices, values, reasons, cases.

    The values are those in force, with the overlay of the settings.
    """
    with one_line_errors():
        text = command.show(load_settings(context.obj), edit)
    click.echo(text, nl=False)


@policy.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(file: Path) -> None:
    """Validate the overlay FILE and list what it changes.

    One line for each value: edit, value, date, old and new.
    """
    with one_line_errors():
        text = command.check(file)
    click.echo(text, nl=False)


@policy.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=INDEX,
    show_default=True,
    help="The file to write.",
)
@click.option(
    "--check", "check_only", is_flag=True, help="Write nothing; exit 1 when the file is stale."
)
def index(output: Path, check_only: bool) -> None:
    """Write the index of the shipped edits: paragraph, numbers, cases."""
    with one_line_errors():
        text = command.index()
    write_or_check(text, output, check_only, "stream-edits policy index")


@policy.command()
def coverage() -> None:
    """Show each sentence of the policy with the edits that implement it, or why none does."""
    with one_line_errors():
        text = command.coverage()
    click.echo(text, nl=False)
