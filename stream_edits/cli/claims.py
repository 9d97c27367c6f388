"""`run`, `adjudicate`, `publish` and `decisions`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import click

from stream_edits.app.wiring import Stage
from stream_edits.cli.errors import BAD_INPUT
from stream_edits.cli.file_options import file_options
from stream_edits.cli.formats import (
    ADJUSTMENTS,
    as_option,
    check_form,
    decisions_format_option,
    progress_option,
)
from stream_edits.commands.adjudicate import adjudicate_adjustments, adjudicate_files
from stream_edits.commands.adjustments import print_published_adjustments
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.commands.list_decisions import print_decisions
from stream_edits.commands.publish import publish_files
from stream_edits.commands.wait_for_stages import wait_for_stages
from stream_edits.engine.config import StartFrom
from stream_edits.service.run import run_stages, run_workers
from stream_edits.settings import load_settings

FILE = click.Path(allow_dash=True, exists=True)


@click.command()
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=click.Choice([stage.value for stage in Stage]),
    help="Run only this stage (may be repeated). By default all run in one process.",
)
@click.option(
    "--from",
    "start_from",
    type=click.Choice(get_args(StartFrom)),
    help="Where to start when the committed offsets of a group have expired or were deleted: where "
    "it had stopped, or at an end of its topic. When they were set by hand or committed by another "
    "program: where it had stopped, or at what is committed. Without it the stage stops.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help="Run this many worker processes, each like `run`, behind one metrics port. A worker that "
    "ends is started again.",
)
@click.option("--worker", "worker_socket", type=int, hidden=True)
@click.pass_context
def run(
    context: click.Context,
    stages: tuple[str, ...],
    start_from: StartFrom | None,
    processes: int | None,
    worker_socket: int | None,
) -> None:
    """Consume claims and publish decisions until SIGTERM."""
    settings = load_settings(context.obj)
    if processes is not None:
        sys.exit(run_workers(settings, processes, _worker(context.obj, stages, start_from)))
    if start_from is not None:
        settings = settings.model_copy(update={"start_from": start_from})
    run_stages(settings, [Stage(s) for s in stages] or list(Stage), worker_socket)


def _worker(file: Path | None, stages: Iterable[str], start_from: str | None) -> list[str]:
    """The command line of a worker of this `run`."""
    words = ["run"] if file is None else ["--settings", str(file), "run"]
    words += [word for stage in stages for word in ("--stage", stage)]
    return words if start_from is None else [*words, "--from", start_from]


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@as_option()
@decisions_format_option()
@file_options
@click.pass_context
def adjudicate(
    context: click.Context, files: tuple[str, ...], kind: str, form: str, reading: FileOptions
) -> None:
    """Decide the claims of FILE… without Kafka, one file after another.

    A file is JSON lines, a JSON array, an Avro container, or an X12 837 file (`stream-edits convert
    --help`), also packed with gzip or in UTF-16; - is stdin, and a folder stands for its files.

    Claims, and reviews between them, are processed in the order of the file. A line that is not
    valid, or a review that changes nothing because it is stale or about something unknown, is
    reported on stderr with its number; the others are still processed, and the exit code is 3.
    """
    check_form(kind, form)
    settings = load_settings(context.obj)
    if kind == ADJUSTMENTS:
        bad = adjudicate_adjustments(settings, files, form, reading)
    else:
        bad = adjudicate_files(settings, files, form, reading)
    if bad:
        sys.exit(BAD_INPUT)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@file_options
@click.pass_context
def publish(context: click.Context, files: tuple[str, ...], reading: FileOptions) -> None:
    """Publish the claims and reviews of FILE… to their topics, keyed by member.

    A file is JSON lines, a JSON array, an Avro container, or an X12 837 file (`stream-edits convert
    --help`), also packed with gzip or in UTF-16; - is stdin, and a folder stands for its files.
    """
    settings = load_settings(context.obj)
    bad = publish_files(settings, files, reading)
    if bad:
        sys.exit(BAD_INPUT)


@click.command()
@click.option("--claim", "claim_id", help="Only the decisions on this claim.")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="First wait, at most this long, until the stages have decided all that is published.",
)
@as_option()
@decisions_format_option()
@progress_option
@click.pass_context
def decisions(
    context: click.Context,
    claim_id: str | None,
    wait_s: float | None,
    kind: str,
    form: str,
    progress: bool | None,
) -> None:
    """Print the decisions that are in the three decision topics now, topic after topic.

    With `--as adjustments` what they take away, with the charges of the claims: docs/remittance.md.
    """
    check_form(kind, form)
    settings = load_settings(context.obj)
    if wait_s is not None:
        wait_for_stages(settings, wait_s)
    if kind == ADJUSTMENTS:
        bad = print_published_adjustments(settings, claim_id, form)
    else:
        bad = print_decisions(settings, claim_id, form, progress)
    if bad:
        sys.exit(BAD_INPUT)
