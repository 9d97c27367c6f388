"""Documents that a command writes, and whether those that lie there are current."""

import sys
from pathlib import Path

import click


def write_or_check(text: str, output: Path, check_only: bool, command: str) -> None:
    """Write `text` to `output`; or only exit 1 when another text lies there."""
    if check_only:
        if not output.exists() or output.read_text(encoding="utf-8") != text:
            click.echo(f"{output} is stale; write it with `{command}`", err=True)
            sys.exit(1)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from None
