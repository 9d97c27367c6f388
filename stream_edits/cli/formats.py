"""The choice that commands give between output for programs and for people."""

from collections.abc import Callable
from typing import Literal, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., None])


def format_option(
    default: Literal["json", "table"], meaning: str
) -> Callable[[_Command], _Command]:
    """The option `--format`, which the command gets as `form`."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["json", "table"]),
        default=default,
        show_default=True,
        help=meaning,
    )
