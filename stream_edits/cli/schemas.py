"""`stream-edits schemas`: the schema registry, for operators."""

import sys

import click

from stream_edits.settings import load_settings


@click.group()
def schemas() -> None:
    """Register or check our schemas in the schema registry."""


@schemas.command("register")
@click.pass_context
def schemas_register(context: click.Context) -> None:
    """Register missing schemas; set each subject's compatibility to BACKWARD_TRANSITIVE.

    A subject with FULL_TRANSITIVE keeps it.
    """
    from stream_edits.commands.register_schemas import register  # see wiring.registry_of

    for line in register(load_settings(context.obj)):
        click.echo(line)


@schemas.command("check")
@click.pass_context
def schemas_check(context: click.Context) -> None:
    """Compare the subjects with our schemas.

    Exit code 1 when a schema is missing or differs, or its compatibility mode is too weak.
    """
    from stream_edits.commands.check_schemas import check  # see wiring.registry_of

    checked = list(check(load_settings(context.obj)))
    for each in checked:
        click.echo(str(each))
    if any(each.problem for each in checked):
        sys.exit(1)
