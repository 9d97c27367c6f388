"""The options by which every command reads files of claims."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from stream_edits.cli.formats import progress_option
from stream_edits.codec.x12 import ClaimNumber
from stream_edits.commands.files.file_options import MAX_ERRORS, FileOptions
from stream_edits.commands.files.x12_options import X12Options
from stream_edits.domain.claim import LineOfBusiness

_Command = TypeVar("_Command", bound=Callable[..., None])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--line-of-business",
        type=click.Choice([each.value for each in LineOfBusiness]),
        help="X12: who pays. With --payer-map: for payers that the map does not name.",
    ),
    click.option(
        "--payer-map",
        type=_FILE,
        help='X12: the line of business of each payer (YAML): "NM109 of NM1*PR": CORPORATE, or '
        "SBR09*MB: MEDICARE.",
    ),
    click.option(
        "--claim-id",
        type=click.Choice([each.value for each in ClaimNumber]),
        help="X12: which number is the claim_id: the clearinghouse's, the provider's own, or the "
        "payer's from the file of --enrich.",
    ),
    click.option(
        "--time-zone",
        help="X12: the time zone of the times in BHT, such as America/Los_Angeles; without it UTC.",
    ),
    click.option(
        "--enrich",
        type=_FILE,
        help="X12: what the payer knows besides (JSON lines): times, supervision, kinds of "
        "attachments, claim numbers, ids of dependents, days of receipt; by claim, by line, or by "
        "document, which may name its claim.",
    ),
    click.option(
        "--pwk-map",
        type=_FILE,
        help="X12: kinds of attachment by report type code (YAML), PWK01: kind or list of kinds.",
    ),
    click.option(
        "--note-times", is_flag=True, help="X12: take times from notes of lines (NTE*ADD)."
    ),
)


_OF_ALL = (
    click.option(
        "--max-errors",
        type=click.IntRange(min=0),
        default=MAX_ERRORS,
        show_default=True,
        metavar="COUNT",
        help="Stop after this many lines or claims that are not valid; 0 never stops.",
    ),
    progress_option,
)


def file_options(command: _Command) -> Callable[..., None]:
    """Add the options by which files of claims are read, passed to the command as `reading`."""

    @functools.wraps(command)
    def with_options(*args: Any, **given: Any) -> None:
        names = X12Options.__dataclass_fields__.keys()
        options = {name: given.pop(name) for name in names}
        max_errors, progress = given.pop("max_errors"), given.pop("progress")
        reading = FileOptions(x12=X12Options(**options), max_errors=max_errors, progress=progress)
        command(*args, reading=reading, **given)

    made: Callable[..., None] = with_options
    for option in reversed((*_OPTIONS, *_OF_ALL)):
        made = option(made)
    return made
