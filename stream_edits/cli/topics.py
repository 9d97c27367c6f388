"""`stream-edits topics`, and `asyncapi`, the document that describes them."""

import sys
from pathlib import Path

import click

from stream_edits.cli.generated_files import write_or_check
from stream_edits.commands import topics as command
from stream_edits.commands.asyncapi import asyncapi
from stream_edits.commands.strimzi import is_object_name, manifests
from stream_edits.settings import load_settings


@click.group()
def topics() -> None:
    """Create, check or accept the topics."""


@topics.command("create")
@click.option("--check", is_flag=True, help="Then compare them with the settings, as `check` does.")
@click.pass_context
def topics_create(context: click.Context, check: bool) -> None:
    """Create the topics that do not exist; leave others unchanged."""
    settings = load_settings(context.obj)
    created = command.create(settings)
    problems = command.check_created(settings, created) if check else []
    for name, is_new in created.items():
        click.echo(f"{'created' if is_new else 'exists '}  {name}")
    if check:
        _say_problems(problems)


@topics.command("check")
@click.pass_context
def topics_check(context: click.Context) -> None:
    """Compare the topics with the settings; exit 1 when one is missing or differs."""
    settings = load_settings(context.obj)
    problems = command.check(settings)
    _say_problems(problems)


def _say_problems(problems: list[str]) -> None:
    """Print them, and exit 1 if there are any."""
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo("all topics match the settings")


@topics.command("accept")
@click.argument("topic")
@click.pass_context
def topics_accept(context: click.Context, topic: str) -> None:
    """Go on with TOPIC, which was created again, or lost records, since the stages used it.

    For the topics of claims, decisions and dead letters. A stage that reads it starts at its
    beginning. Run it while the stages are stopped.
    """
    settings = load_settings(context.obj)
    changed = command.accept(settings, topic)
    click.echo(f"{topic} is accepted; {changed} marks changed")


@topics.command("manifests")
@click.option("--cluster", default="kafka", show_default=True, help="The name of the Kafka object.")
@click.option(
    "--user", default="stream-edits", show_default=True, help="The name of the KafkaUser."
)
@click.option(
    "--api",
    type=click.Choice(["v1", "v1beta2"]),
    default="v1",
    show_default=True,
    help="The version of Strimzi's API: v1 from Strimzi 0.49 on.",
)
@click.pass_context
def topics_manifests(context: click.Context, cluster: str, user: str, api: str) -> None:
    """Print the topics of `create` and a user as objects for the Strimzi operator."""
    for option, name in (("--cluster", cluster), ("--user", user)):
        if not is_object_name(name):
            raise click.BadParameter(
                "at most 63 of a-z, 0-9, '-' and '.', first and last a letter or digit",
                param_hint=f"'{option}'",
            )
    text = manifests(load_settings(context.obj), cluster, user, api)
    click.echo(text, nl=False)


@click.command("asyncapi")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("docs/asyncapi.yaml"),
    show_default=True,
    help="The file to write.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the file is stale.")
@click.pass_context
def asyncapi_document(context: click.Context, output: Path, check: bool) -> None:
    """Write the AsyncAPI document of the topics, with the names that the settings give them."""
    text = asyncapi(load_settings(context.obj))
    write_or_check(text, output, check, "stream-edits asyncapi")
