"""How a command fails: its exit code, and one line on stderr."""

import contextlib
import sys
from collections.abc import Iterator

import click

from stream_edits.codec.errors import BadRegistryOptions, NotRegistered, RegistryAway
from stream_edits.codec.x12 import NotX12
from stream_edits.commands.x12_options import BadX12Option
from stream_edits.engine.errors import ClientError, EngineStopped, OptionRefused
from stream_edits.policies.errors import PolicyError
from stream_edits.settings import BadSetting, Settings

# Some lines or records of the input are not valid.
BAD_INPUT = 3
# What was asked for is wrong.
BAD_USAGE = 2
_WRONG = (BadSetting, PolicyError, OptionRefused, BadRegistryOptions, BadX12Option, NotX12)
_FAILED = (EngineStopped, ClientError, NotRegistered, RegistryAway)


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Exit 2 for bad settings or a bad policy, 1 for a failure, with one line on stderr."""
    try:
        yield
    except _WRONG as refused:
        click.echo(f"stream-edits: {refused}", err=True)
        sys.exit(BAD_USAGE)
    except _FAILED as failed:
        click.echo(f"stream-edits: {failed}", err=True)
        sys.exit(1)


@contextlib.contextmanager
def broker_errors(settings: Settings) -> Iterator[None]:
    """Add the brokers' addresses to the client's errors. Raises EngineStopped for ClientError."""
    where = f"no answer from the brokers at {settings.bootstrap_servers}"
    try:
        yield
    except ClientError as error:
        if error.reason is not None:
            raise EngineStopped(f"{where}: {error.reason}") from None
        raise EngineStopped(
            f"{where} ({error.code}): check bootstrap_servers, and security.protocol among the "
            "kafka options"
        ) from None
