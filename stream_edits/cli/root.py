"""The command `stream-edits`: the group of all commands, and its entry point."""

import sys
from pathlib import Path

import click

from stream_edits import __version__
from stream_edits.cli.claims import adjudicate, decisions, publish, run
from stream_edits.cli.convert import convert
from stream_edits.cli.dead_letters import dead_letters
from stream_edits.cli.docs import docs
from stream_edits.cli.errors import ErrorReportingGroup
from stream_edits.cli.explain import explain
from stream_edits.cli.pends import pends
from stream_edits.cli.policy import policy
from stream_edits.cli.review import review
from stream_edits.cli.schemas import schemas
from stream_edits.cli.synthetic import synthetic
from stream_edits.cli.topics import asyncapi_document, topics
from stream_edits.logs import configure_logs


def _version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if not is_asked or context.resilient_parsing:
        return
    from stream_edits.commands.versions import versions

    click.echo(f"stream-edits, version {__version__}")
    for line in versions():
        click.echo(line)
    context.exit()


@click.group(cls=ErrorReportingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the versions of the program, of the packaged policies and of their codes.",
)
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A settings file (YAML); environment variables STREAM_EDITS_… override it.",
)
@click.pass_context
def cli(context: click.Context, settings_file: Path | None) -> None:
    """Claim edits on a Kafka stream, each claim decided exactly once.

    Completion for bash: eval "$(_STREAM_EDITS_COMPLETE=bash_source stream-edits)"; for zsh and fish
    put zsh_source or fish_source.
    """
    context.obj = settings_file


@cli.command()
@click.option("--serve", is_flag=True, help="Keep running, with /metrics up, until interrupted.")
def demo(serve: bool) -> None:
    """Run the whole flow on an embedded Kafka with made-up claims."""
    from stream_edits.demo.run import run_demo

    sys.exit(run_demo(serve))


for _command in (
    *(run, convert, adjudicate, publish, decisions, explain, pends, review),
    *(topics, schemas, asyncapi_document, dead_letters, policy, docs, synthetic),
):
    cli.add_command(_command)


def main() -> None:
    """Run the command of `sys.argv`."""
    # From here on an unexpected exception is logged without the values in it. The lines of the
    # Kafka client say less than what the commands tell of the same failure.
    configure_logs("console", "WARNING", client_lines=False)
    cli(prog_name="stream-edits", standalone_mode=True)
