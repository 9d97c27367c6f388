"""The options `--format` and `--as`: output for programs or for people, and of what."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., None])

ADJUSTMENTS = "adjustments"
_FORMS = {"decisions": ("json", "table"), ADJUSTMENTS: ("json", "csv")}


class Day(click.DateTime):
    """A day as an option. With ``or_time``, or a time on a day."""

    def __init__(self, *, or_time: bool = False) -> None:
        super().__init__(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"] if or_time else ["%Y-%m-%d"])
        self._or_time = " or 2026-01-31T09:30:00" if or_time else ""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The day at midnight. Raises BadParameter."""
        try:
            found: datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is not a date: write 2026-01-31{self._or_time}", param, ctx)
        return found


def format_option(
    default: Literal["json", "table", "text"],
    help_text: str,
    forms: Sequence[str] = ("json", "table"),
) -> Callable[[_Command], _Command]:
    """The option `--format`, passed to the command as `form`."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=default,
        show_default=True,
        help=help_text,
    )


def decisions_format_option() -> Callable[[_Command], _Command]:
    """`--format` of a command that prints decisions, or with `--as` adjustments."""
    return format_option(
        "json",
        "json: one decision or adjustment per line. table: decisions for people. csv: adjustments "
        "with a heading.",
        ("json", "table", "csv"),
    )


def as_option() -> Callable[[_Command], _Command]:
    """The option `--as`, passed to the command as `kind`."""
    return click.option(
        "--as",
        "kind",
        type=click.Choice(list(_FORMS)),
        default="decisions",
        show_default=True,
        help="decisions: every decision. adjustments: what the newest decision of each claim takes "
        "away from its lines, for the remittance.",
    )


progress_option = click.option(
    "--progress/--no-progress",
    default=None,
    help="Say on stderr every few seconds how far it is.  [default: a bar, on a terminal]",
)


def check_form(kind: str, form: str) -> None:
    """Raises UsageError for a format that does not go with `--as`."""
    if form not in _FORMS[kind]:
        raise click.UsageError(f"--format {form} does not go with --as {kind}")
