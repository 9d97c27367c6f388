"""`stream-edits convert`: X12 837 files as claims in JSON lines."""

import sys
from pathlib import Path

import click

from stream_edits.cli.errors import BAD_INPUT, BAD_USAGE
from stream_edits.cli.file_options import file_options
from stream_edits.commands.convert import convert_files
from stream_edits.commands.files.file_options import FileOptions


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True, exists=True))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the claims to this file instead of stdout.",
)
@file_options
def convert(files: tuple[str, ...], output: Path | None, reading: FileOptions) -> None:
    """Turn the claims of X12 837 FILES (or of a folder's files; - is stdin) into JSON lines.

    Professional and institutional claims of version 005010, one claim a line, as `adjudicate` and
    `publish` read them; these two read X12 files as well, with the same options. A claim that
    cannot be read is reported on stderr by its position in the file; the others are written,
    and the exit code is 3. It is 2 if a file is not X12.
    """
    converted = convert_files(files, output, reading)
    if converted.not_x12:
        sys.exit(BAD_USAGE)
    if converted.refused:
        sys.exit(BAD_INPUT)
