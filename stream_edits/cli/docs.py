"""`stream-edits docs`: writes the pages that are generated from the policy."""

from pathlib import Path

import click

from stream_edits.cli.generated_files import write_or_check
from stream_edits.commands import policy as command

EDITS = Path("docs/edits.md")


@click.group()
def docs() -> None:
    """Write the pages that are generated from the policy, or check that they are current."""


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
