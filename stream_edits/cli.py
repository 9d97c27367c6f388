"""The commands. Each is thin: what it does lies in the module it names."""

import os
import sys
from pathlib import Path

import click

from stream_edits import __version__
from stream_edits.app import asyncapi, decided, files, publishing, registration, service
from stream_edits.app.wiring import Stage, topic_specs
from stream_edits.dead_letters_cli import dead_letters
from stream_edits.engine.topics import check_topics, create_topics
from stream_edits.failing import asking, one_line_errors
from stream_edits.logs import configure_logs
from stream_edits.policy_cli import policy
from stream_edits.settings import Settings, load_settings

BAD_INPUT = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stream-edits")
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A settings file (YAML); environment variables STREAM_EDITS_… go before it.",
)
@click.pass_context
def cli(context: click.Context, settings_file: Path | None) -> None:
    """Infusion claim edits (policy 6.21-P) on a Kafka stream, each claim decided exactly once."""
    context.obj = settings_file


def _settings(context: click.Context) -> Settings:
    return load_settings(context.obj)


@cli.command()
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=click.Choice([stage.value for stage in Stage]),
    help="Run only this stage (may be repeated). Without it all three run in one process.",
)
@click.pass_context
def run(context: click.Context, stages: tuple[str, ...]) -> None:
    """Consume claims and publish decisions until SIGTERM."""
    with one_line_errors():
        service.run(_settings(context), [Stage(s) for s in stages] or list(Stage))


@cli.command()
@click.argument("file", type=click.Path(allow_dash=True, exists=True, dir_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "table"]),
    default="json",
    show_default=True,
    help="json: one decision a line, in the order published. table: for people.",
)
@click.pass_context
def adjudicate(context: click.Context, file: str, form: str) -> None:
    """Decide the claims of FILE without Kafka (JSON lines or an Avro container; - is stdin).

    Claims are taken in order of arrival. A line that is no claim is reported on stderr with its
    number; the others are still decided, and the exit code is 3.
    """
    with one_line_errors():
        bad = files.adjudicate(_settings(context), file, form)
    if bad:
        sys.exit(BAD_INPUT)


@cli.command()
@click.argument("file", type=click.Path(allow_dash=True, exists=True, dir_okay=False))
@click.pass_context
def publish(context: click.Context, file: str) -> None:
    """Publish the claims of FILE to the events topic, keyed by member (- is stdin)."""
    with one_line_errors():
        settings = _settings(context)
        with asking(settings):
            bad = publishing.publish(settings, file)
    if bad:
        sys.exit(BAD_INPUT)


@cli.command()
@click.option("--claim", "claim_id", help="Only the decisions on this claim.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "table"]),
    default="json",
    show_default=True,
    help="json: one decision a line, topic after topic. table: for people.",
)
@click.pass_context
def decisions(context: click.Context, claim_id: str | None, form: str) -> None:
    """Print the decisions that are in the three topics now."""
    with one_line_errors():
        settings = _settings(context)
        with asking(settings):
            bad = decided.show(settings, claim_id, form)
    if bad:
        sys.exit(BAD_INPUT)


@cli.group()
def topics() -> None:
    """Create or check the topics."""


@topics.command("create")
@click.pass_context
def topics_create(context: click.Context) -> None:
    """Create the topics that do not exist; others are left as they are."""
    with one_line_errors():
        settings = _settings(context)
        with asking(settings):
            made = create_topics(settings.kafka_options(), topic_specs(settings))
    for name, is_new in made.items():
        click.echo(f"{'created' if is_new else 'exists '}  {name}")


@topics.command("check")
@click.pass_context
def topics_check(context: click.Context) -> None:
    """Compare the topics with the settings; exit 1 when one is missing or differs."""
    with one_line_errors():
        settings = _settings(context)
        with asking(settings):
            problems = check_topics(settings.kafka_options(), topic_specs(settings))
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo("all topics are as they should be")


@cli.group()
def schemas() -> None:
    """Register or check the schemas in the schema registry."""


@schemas.command("register")
@click.pass_context
def schemas_register(context: click.Context) -> None:
    """Register what is missing, each subject with compatibility BACKWARD_TRANSITIVE."""
    with one_line_errors():
        for line in registration.register(_settings(context)):
            click.echo(line)


@schemas.command("check")
@click.pass_context
def schemas_check(context: click.Context) -> None:
    """Compare the subjects with our schemas; exit 1 when one is missing, differs or is lax."""
    with one_line_errors():
        checked = list(registration.check(_settings(context)))
    for subject, problem, found in checked:
        click.echo(f"{subject}: {problem}" if problem else f"as it should be  {subject}  {found}")
    if any(problem for _, problem, _ in checked):
        sys.exit(1)


@cli.command("asyncapi")
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
        text = asyncapi.asyncapi(_settings(context))
    if not check:
        output.write_text(text, encoding="utf-8")
    elif not output.exists() or output.read_text(encoding="utf-8") != text:
        click.echo(f"{output} is stale; write it with `stream-edits asyncapi`", err=True)
        sys.exit(1)


@cli.command()
@click.option("--serve", is_flag=True, help="Keep running, with /metrics up, until interrupted.")
def demo(serve: bool) -> None:
    """Show the whole flow on an embedded Kafka with made-up claims; needs nothing installed."""
    from stream_edits.demo.run import run_demo

    with one_line_errors():
        sys.exit(run_demo(serve))


cli.add_command(policy)
cli.add_command(dead_letters)


def main() -> None:
    """The command `stream-edits`."""
    # From here on an exception that nobody foresaw is told without the values in it.
    configure_logs("console", "WARNING")
    try:
        cli(prog_name="stream-edits", standalone_mode=True)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: no error, and nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
