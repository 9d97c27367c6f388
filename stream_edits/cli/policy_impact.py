"""`stream-edits policy impact`: what a change of the policy does to claims."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from stream_edits.cli.errors import BAD_INPUT
from stream_edits.cli.file_options import file_options
from stream_edits.cli.formats import Day, format_option
from stream_edits.commands import impact as command
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.impact.gate import BadLimit, Limit, limit
from stream_edits.settings import Settings, load_settings

# The change does more than --fail-on allows, or there is no claim to check that on.
LIMIT_BROKEN = 4
_OVERLAY = click.Path(path_type=Path, exists=True, dir_okay=False)


def _limits(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[Limit, ...]:
    """The limits of `--fail-on`. Raises BadParameter."""
    try:
        return tuple(map(limit, given))
    except BadLimit as bad:
        raise click.BadParameter(str(bad), context, option) from None


@click.command()
@click.option("--overlay", type=_OVERLAY, required=True, help="The overlay to try (YAML).")
@click.option(
    "--baseline",
    type=_OVERLAY,
    help="The overlay to compare with. Without it: the one of the settings, or none.",
)
@click.option("--from-topic", is_flag=True, help="Take the claims and reviews on the topics.")
@click.option(
    "--since",
    type=Day(or_time=True),
    metavar="DATE",
    help="With --from-topic: only records with a timestamp from DATE on (UTC).",
)
@click.option(
    "--fail-on",
    "limits",
    multiple=True,
    callback=_limits,
    metavar="LIMIT",
    help="Exit 4 if the change does more: 'deny>0.5%', 'changed>=20'. May be repeated.",
)
@format_option(
    "table",
    "table: for people. json: one object. csv: for a spreadsheet. html: one page for a browser.",
    forms=("table", "json", "csv", "html"),
)
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(allow_dash=True, exists=True),
    metavar="FILE…",
)
@file_options
@click.pass_context
def impact(
    context: click.Context,
    /,
    overlay: Path,
    baseline: Path | None,
    from_topic: bool,
    since: datetime | None,
    limits: tuple[Limit, ...],
    form: str,
    files: tuple[str, ...],
    reading: FileOptions,
) -> None:
    """Decide the claims of FILE… under two policies, and report what changes.

    FILE is what `adjudicate` takes: JSON, Avro or X12 837, or a folder of such files; - is
    stdin. Reviews in it apply under both. Each difference is attributed to the change of the
    policy that causes it: without it, the difference is gone. From the topics it joins no group and
    commits nothing.
    """
    if files and from_topic:
        raise click.UsageError("name files of claims or say --from-topic, not both")
    if not (files or from_topic):
        raise click.UsageError("name files of claims, or say --from-topic")
    if since is not None and not from_topic:
        raise click.UsageError("--since goes with --from-topic")
    if reading.x12.given and from_topic:
        raise click.UsageError("options for X12 go with files, not with --from-topic")
    settings = load_settings(context.obj)
    compared = command.Compared(overlay, baseline or settings.policy)
    measured = _measured(settings, compared, files, reading, since)
    command.print_measured(measured.impact, limits, form)
    broken = [each for each in limits if each.is_broken(measured.impact)]
    for each in broken:
        click.echo(f"stream-edits: limit broken: {each.in_words(measured.impact)}", err=True)
    if broken:
        sys.exit(LIMIT_BROKEN)
    if measured.bad:
        sys.exit(BAD_INPUT)


def _measured(
    settings: Settings,
    compared: command.Compared,
    files: tuple[str, ...],
    reading: FileOptions,
    since: datetime | None,
) -> command.Measured:
    if files:
        return command.measure_files(settings, compared, files, reading)
    start = since.replace(tzinfo=UTC) if since else None
    return command.measure_topics(settings, compared, start)
