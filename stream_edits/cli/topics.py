"""`stream-edits topics`, and the document that describes them."""

import sys
from pathlib import Path

import click

from stream_edits.app.wiring import topic_specs
from stream_edits.cli.failing import asking, one_line_errors
from stream_edits.cli.generated import write_or_check
from stream_edits.commands import asyncapi
from stream_edits.engine.topics import check_topics, create_topics
from stream_edits.settings import load_settings


@click.group()
def topics() -> None:
    """Create or check the topics."""


@topics.command("create")
@click.pass_context
def topics_create(context: click.Context) -> None:
    """Create the topics that do not exist; others are left as they are."""
    with one_line_errors():
        settings = load_settings(context.obj)
        with asking(settings):
            made = create_topics(settings.kafka_options(), topic_specs(settings))
    for name, is_new in made.items():
        click.echo(f"{'created' if is_new else 'exists '}  {name}")


@topics.command("check")
@click.pass_context
def topics_check(context: click.Context) -> None:
    """Compare the topics with the settings; exit 1 when one is missing or differs."""
    with one_line_errors():
        settings = load_settings(context.obj)
        with asking(settings):
            problems = check_topics(settings.kafka_options(), topic_specs(settings))
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo("all topics are as they should be")


@click.command("asyncapi")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("docs/asyncapi.yaml"),
    show_default=True,
    help="Where the document lies.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when it is stale.")
@click.pass_context
def asyncapi_document(context: click.Context, output: Path, check: bool) -> None:
    """Write the AsyncAPI document of the topics, as the settings name them."""
    with one_line_errors():
        text = asyncapi.asyncapi(load_settings(context.obj))
    write_or_check(text, output, check, "stream-edits asyncapi")
