"""The option `--format`: output for programs or for people."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., None])


def format_option(
    default: Literal["json", "table"], help_text: str, forms: Sequence[str] = ("json", "table")
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
