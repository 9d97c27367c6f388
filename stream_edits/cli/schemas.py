"""`stream-edits schemas`: the schema registry, for operators."""

import sys

import click

from stream_edits.cli.failing import one_line_errors
from stream_edits.commands import register_schemas
from stream_edits.settings import load_settings


@click.group()
def schemas() -> None:
    """Register or check the schemas in the schema registry."""


@schemas.command("register")
@click.pass_context
def schemas_register(context: click.Context) -> None:
    """Register what is missing, each subject with compatibility BACKWARD_TRANSITIVE."""
    with one_line_errors():
        for line in register_schemas.register(load_settings(context.obj)):
            click.echo(line)


@schemas.command("check")
@click.pass_context
def schemas_check(context: click.Context) -> None:
    """Compare the subjects with our schemas; exit 1 when one is missing, differs or is lax."""
    with one_line_errors():
        checked = list(register_schemas.check(load_settings(context.obj)))
    for subject, problem, found in checked:
        click.echo(f"{subject}: {problem}" if problem else f"as it should be  {subject}  {found}")
    if any(problem for _, problem, _ in checked):
        sys.exit(1)
