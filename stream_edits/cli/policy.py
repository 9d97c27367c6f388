"""`stream-edits policy`: the policy, for claims analysts."""

import sys
from pathlib import Path

import click

from stream_edits.cli.formats import format_option
from stream_edits.cli.own_edits import cases, new
from stream_edits.cli.policy_content import content
from stream_edits.cli.policy_impact import impact
from stream_edits.commands import policy as command
from stream_edits.settings import Settings, load_settings


@click.group()
def policy() -> None:
    """Read the policy: edits, values and reasons, what codes mean, overlays, coverage."""


policy.add_command(content)
policy.add_command(new)
policy.add_command(cases)
policy.add_command(impact)


_overlay_option = click.option(
    "--overlay",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The overlay to apply, in place of that of the settings.",
)


@policy.command("list")
@_overlay_option
@format_option("table", "table: for people. json: one edit per line.")
@click.pass_context
def list_edits(context: click.Context, overlay: Path | None, form: str) -> None:
    """List every edit: id, title, paragraph, mode and what it decides, as in force today."""
    command.print_edits(_settings(context, overlay), form)


@policy.command()
@click.argument("edit")
@_overlay_option
@format_option("text", "text: a page for people. json: one object.", ("text", "json"))
@click.pass_context
def show(context: click.Context, edit: str, overlay: Path | None, form: str) -> None:
    """Show everything about EDIT: paragraph, choices, values, reasons, cases.

    The values are those in force, with their dates and references, under the overlay of the
    settings.
    """
    text = command.show(_settings(context, overlay), edit, form)
    click.echo(text, nl=False)


@policy.command()
@click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@click.option("--strict", is_flag=True, help="Exit 1 when there is a warning.")
@format_option("table", "table: for people. json: one object.")
@click.pass_context
def check(context: click.Context, file: Path | None, strict: bool, form: str) -> None:
    """Check the overlay FILE, by default that of the settings, and say what it changes.

    Each change is listed with the value before and after, on the day on which it takes effect and
    today. Warnings tell what to look at twice: entries that are removed, values that a later
    shipped one overrides, codes that nothing knows, changes that change nothing.
    """
    settings = load_settings(context.obj)
    overlay = settings.policy if file is None else file
    report = command.check(overlay, form, own=settings.edits)
    click.echo(report.text, nl=False)
    if strict and report.warns:
        sys.exit(1)


@policy.command()
@format_option("text", "text: for people. json: one sentence or code per line.", ("text", "json"))
def coverage(form: str) -> None:
    """Show each sentence of the policy with the edits that implement it, or why none does."""
    text = command.coverage(form)
    click.echo(text, nl=False)


def _settings(context: click.Context, overlay: Path | None) -> Settings:
    """The settings, with another overlay if one is given. Raises BadSetting."""
    settings = load_settings(context.obj)
    return settings if overlay is None else settings.model_copy(update={"policy": overlay})
