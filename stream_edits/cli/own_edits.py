"""`stream-edits policy new` and `policy cases`: a plan's own edits."""

import sys
from pathlib import Path

import click

from stream_edits.policies.shapes.known import SHAPES
from stream_edits.settings import load_settings

FOLDER = Path("edits")


@click.command()
@click.argument("edit")
@click.option(
    "--shape",
    type=click.Choice(list(SHAPES)),
    help="What the edit is like; docs/first-edit.md says what each does.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of your edits.  [default: the setting edits, else ./edits]",
)
@click.option(
    "--policy",
    "policy_id",
    metavar="ID",
    help="The id of your policy, if the folder has none yet.  [default: PLAN-1]",
)
@click.pass_context
def new(
    context: click.Context, edit: str, shape: str | None, folder: Path | None, policy_id: str | None
) -> None:
    """Write EDIT, an edit of your own, with cases that hold: YAML to change.

    Prints the files that it writes.
    """
    from stream_edits.commands.new_edit import new as write_edit

    if shape is None:
        raise click.UsageError(f"say what the edit is like: --shape {', '.join(SHAPES)}")
    where = folder or load_settings(context.obj).edits or FOLDER
    text = write_edit(where, edit, shape, policy_id)
    click.echo(text, nl=False)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.pass_context
def cases(context: click.Context, folder: Path | None) -> None:
    """Run the cases of your own edits in FOLDER, or of the one edit in it.

    Without FOLDER, those of the setting edits, else of ./edits. Exits 1 when a case fails.
    """
    from stream_edits.commands.own_cases import run_cases

    result = run_cases(folder or load_settings(context.obj).edits or FOLDER)
    click.echo(result.text, nl=False)
    if not result.holds:
        sys.exit(1)
