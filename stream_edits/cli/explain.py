"""`stream-edits explain`: why a claim was decided as it was, and what its provider can do."""

import sys

import click

from stream_edits.cli.errors import BAD_INPUT
from stream_edits.cli.file_options import file_options
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.settings import load_settings


@click.command()
@click.argument("claim", metavar="CLAIM")
@click.option(
    "--file",
    type=click.Path(allow_dash=True, exists=True),
    help="Decide the claims and reviews of this file instead of reading the topics (one that "
    "`adjudicate` takes; - is stdin).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="text: for people. json: one object. html: one page for a browser, without a server.",
)
@file_options
@click.pass_context
def explain(
    context: click.Context, claim: str, file: str | None, form: str, reading: FileOptions
) -> None:
    """Tell why CLAIM was decided as it was: each revision and its cause, the paragraphs, the values
    that were read, and for each line that is not paid a remedy that was tried.

    It reads the topics of claims, reviews and decisions up to their present ends and joins no
    group. Without a decision on the claim the exit code is 1; lines of a file that are not valid
    are reported on stderr with their number, and the exit code is 3.
    """
    from stream_edits.commands.explain import explain_claim

    if reading.x12.given and file is None:
        raise click.UsageError("options for X12 go with --file")
    settings = load_settings(context.obj)
    bad = explain_claim(settings, claim, file, form, reading)
    if bad:
        sys.exit(BAD_INPUT)
