"""Commands that generate a file: writing it, or checking that it is current."""

import sys
from pathlib import Path

import click

from stream_edits.commands.generated_files import is_current, write


def write_or_check(text: str, output: Path, check_only: bool, command: str) -> None:
    """Write `text` to `output`; or only exit 1 when the file holds another text or is missing."""
    if check_only:
        if not is_current(output, text):
            state = "stale" if output.exists() else "missing"
            click.echo(f"{output} is {state}; write it with `{command}`", err=True)
            sys.exit(1)
        return
    try:
        write(output, text)
    except OSError as error:
        # Writing does not name the file, opening does.
        error.filename = error.filename or str(output)
        raise
