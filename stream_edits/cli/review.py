"""`stream-edits review`: publish what a person decided on a claim."""

import getpass
import sys
from typing import Any

import click

from stream_edits.cli.errors import BAD_INPUT
from stream_edits.commands import review as command
from stream_edits.domain.review import ReviewOutcome
from stream_edits.settings import load_settings


@click.command()
@click.argument("claim_id", metavar="CLAIM", required=False)
@click.option("--approve", is_flag=True, help="The findings become PASS.")
@click.option("--deny", is_flag=True, help="The findings become DENY.")
@click.option("--uphold", is_flag=True, help="The findings are right and stay as they are.")
@click.option("--line", "line_number", type=int, help="The line; otherwise all, and the claim.")
@click.option("--edit", "edit_id", help="The edit; otherwise all that hold, deny or cut.")
@click.option("--reason", "reason_code", help="Why: a code of the plan's own list.")
@click.option(
    "--units",
    "allowed_units",
    type=float,
    help="With --approve: the units to allow. Fewer than billed need a CARC.",
)
@click.option("--carc", help="With --deny: the CARC; otherwise that of the finding.")
@click.option("--rarc", "rarcs", multiple=True, help="With --deny: a RARC; may be repeated.")
@click.option("--reviewer", help="A role or staff id; otherwise the user's name.")
@click.option(
    "--file",
    type=click.Path(allow_dash=True, exists=True, dir_okay=False),
    help="Publish the reviews of this file instead (JSON lines; - is stdin).",
)
@click.option("--dry-run", is_flag=True, help="Publish nothing; print what would be decided.")
@click.pass_context
def review(
    context: click.Context,
    /,
    file: str | None,
    dry_run: bool,
    reviewer: str | None,
    **given: Any,
) -> None:
    """Publish what a person decided on CLAIM, which is held, denied or cut.

    The review is about the newest decision, which is looked up on the decision topics. An unknown
    claim, line or finding, units above those billed, and a reason code that is not current are
    reported; such a review is not published, and the exit code is 3. Prints the id of the review.
    """
    if file is None:
        fields = _fields(**given)
        reviews = command.given_review(fields, reviewer or _user())
    elif any(given.values()):
        raise click.UsageError("only --reviewer and --dry-run go with --file")
    else:
        reviews = command.read_reviews(file, reviewer or _user())
    settings = load_settings(context.obj)
    bad = command.publish_reviews(settings, reviews, dry_run)
    if bad:
        sys.exit(BAD_INPUT)


def _fields(claim_id: str | None, reason_code: str | None, **given: Any) -> dict[str, Any]:
    """The fields of the review that the options state. Raises UsageError."""
    said = [outcome for outcome in ReviewOutcome if given.pop(outcome.lower())]
    if not claim_id:
        raise click.UsageError("name the claim, or a --file of reviews")
    if len(said) != 1:
        raise click.UsageError("say one of --approve, --deny and --uphold")
    if not reason_code:
        raise click.UsageError("--reason is needed: a code of the plan's own list")
    return {"claim_id": claim_id, "outcome": said[0], "reason_code": reason_code, **given}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise click.UsageError("--reviewer is needed: the user has no name here") from None
