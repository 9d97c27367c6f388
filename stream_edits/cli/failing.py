"""How a command fails: its exit code, and one line on stderr."""

import contextlib
import sys
from collections.abc import Iterator

import click

from stream_edits.codec.errors import BadRegistryOptions, NotRegistered, RegistryAway
from stream_edits.engine.errors import AccessRefused, ClientError, EngineStopped, OptionRefused
from stream_edits.settings import BadSetting, Settings
from stream_edits.strict_yaml import PolicyError

# Lines of a file that are no claims.
BAD_INPUT = 3
_REFUSED = (BadSetting, PolicyError, OptionRefused, BadRegistryOptions)
_FAILED = (EngineStopped, ClientError, NotRegistered, RegistryAway)


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Exit 2 for what the operator wrote, 1 for what failed, each with one line on stderr."""
    try:
        yield
    except _REFUSED as refused:
        click.echo(f"stream-edits: {refused}", err=True)
        sys.exit(2)
    except _FAILED as failed:
        click.echo(f"stream-edits: {failed}", err=True)
        sys.exit(1)


@contextlib.contextmanager
def asking(settings: Settings) -> Iterator[None]:
    """Name the brokers that do not answer; the client names only the error."""
    where = f"no answer from the brokers at {settings.bootstrap_servers}"
    try:
        yield
    except AccessRefused as refused:
        raise EngineStopped(f"{where}: {refused.reason}") from None
    except ClientError as error:
        raise EngineStopped(
            f"{where} ({error.code}): check bootstrap_servers, and security.protocol among the "
            "kafka options"
        ) from None
