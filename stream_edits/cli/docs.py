"""`stream-edits docs`: writes the pages that are generated from the policy and the settings."""

from pathlib import Path

import click

from stream_edits.cli.generated_files import write_or_check
from stream_edits.commands import policy as command
from stream_edits.settings import settings_table

EDITS = Path("docs/edits.md")
SETTINGS = Path("docs/settings.md")
_TABLE = ("<!-- settings: begin -->\n", "<!-- settings: end -->")


@click.group()
def docs() -> None:
    """Write the pages that are generated, or check that they are current."""


@docs.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=EDITS,
    show_default=True,
    help="The file to write.",
)
@click.option(
    "--check", "check_only", is_flag=True, help="Write nothing; exit 1 when the file is stale."
)
def edits(output: Path, check_only: bool) -> None:
    """Write the index of the shipped edits: paragraph, numbers, cases."""
    text = command.index()
    write_or_check(text, output, check_only, "stream-edits docs edits")


@docs.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=SETTINGS,
    show_default=True,
    help="The page whose table to write.",
)
@click.option(
    "--check", "check_only", is_flag=True, help="Write nothing; exit 1 when the table is stale."
)
def settings(output: Path, check_only: bool) -> None:
    """Write the table of all settings into its page, between the comments that mark its place."""
    begin, end = _TABLE
    before, found, rest = output.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise click.UsageError(f"{output} does not have the comments {begin.strip()} and {end}")
    text = f"{before}{begin}{settings_table()}{end}{after}"
    write_or_check(text, output, check_only, "stream-edits docs settings")
