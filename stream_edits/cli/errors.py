"""How every command fails: one line on stderr, and its exit code.

The commands raise; nothing else in the program decides what a failure looks like. No line holds a
value of a claim: the texts are ours, or the operating system's about a file that the user named.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import click

from stream_edits.codec.errors import BadRegistryOptions, NotRegistered, RegistryAway
from stream_edits.commands.files.input_files import BadFiles
from stream_edits.commands.files.x12_options import BadX12Option
from stream_edits.engine.errors import ClientError, EngineStopped, OptionRefused
from stream_edits.logs import places_of
from stream_edits.policies.errors import PolicyError
from stream_edits.settings import BadSetting, load_settings

FAILED = 1
# What was asked for is wrong.
BAD_USAGE = 2
# Some lines or records of the input are not valid.
BAD_INPUT = 3

_WRONG = (
    *(BadSetting, PolicyError, OptionRefused, BadRegistryOptions, BadX12Option),
    BadFiles,
)
_FAILED = (EngineStopped, NotRegistered)
# A file that was named and that is not as it must be.
_WRONG_FILE = {
    *(errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP),
    *(errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENXIO, errno.EINVAL, errno.ENODEV),
}
# Of a call that names no file: it wrote to stdout.
_BAD_OUTPUT = {errno.EBADF, errno.EIO}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_MORE_FILES = {errno.EMFILE, errno.ENFILE}
_FRAMES = 4


class ErrorReportingGroup(click.Group):
    """A group whose commands, and theirs, fail as this module says."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Also here, because --help and --version print while the arguments are read."""
        with reporting_errors(lambda: None):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, and print what is left in the buffers while a failure can be told."""
        with reporting_errors(lambda: ctx.obj):
            try:
                return super().invoke(ctx)
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()


@contextlib.contextmanager
def reporting_errors(settings_file: Callable[[], Path | None]) -> Iterator[None]:
    """End the program with one line on stderr for whatever is raised in the block."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except _WRONG as wrong:
        _end(str(wrong), BAD_USAGE)
    except _FAILED as failed:
        _end(str(failed))
    except ClientError as failed:
        _end(_away(failed, settings_file()))
    except RegistryAway as away:
        # Some say already what to check.
        advice = "check STREAM_EDITS_SCHEMA_REGISTRY_URL, and that the registry runs"
        _end(str(away) if "check " in str(away) else f"{away}: {advice}")
    except OSError as error:
        _end_of_file(error)
    except MemoryError:
        _end("out of memory: split the input into smaller files")
    except Exception as fault:
        _end_of_fault(fault)


def _end(text: str, code: int = FAILED) -> NoReturn:
    # Whatever was printed so far comes before the reason why it ends.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError):
        click.echo(f"stream-edits: {text}", err=True)
    sys.exit(code)


def _away(error: ClientError, settings_file: Path | None) -> str:
    """What to check when the brokers do not answer, or refuse us."""
    servers = load_settings(settings_file).bootstrap_servers
    reason = error.reason or (
        f"{error.code}; check that they run, and security.protocol among the kafka options"
    )
    return f"no answer from the brokers at {servers} (STREAM_EDITS_BOOTSTRAP_SERVERS): {reason}"


def _end_of_file(error: OSError) -> NoReturn:
    """A file that cannot be used, an output that takes no more, or a reader that has gone."""
    reason, name = os.strerror(error.errno or 0), error.filename
    if error.errno == errno.EPIPE:
        # The reader of our output (head, less) has ended: not an error, and nothing to print.
        _discard_output()
        sys.exit(0)
    if error.errno in _NO_MORE_FILES:
        _end(f"{reason}: raise the limit (ulimit -n)")
    if error.errno in _FULL or (name is None and error.errno in _BAD_OUTPUT):
        _discard_output()
        place = "the output" if name is None else os.fsdecode(name)
        _end(f"{place} cannot be written: {reason}; what was written so far is not complete")
    if name is None:
        _end_of_fault(error)
    _end(f"{os.fsdecode(name)}: {reason}", BAD_USAGE if error.errno in _WRONG_FILE else FAILED)


def _end_of_fault(fault: Exception) -> NoReturn:
    """Without its text, which may quote a record."""
    where = " < ".join(next(places_of(fault)).split(" < ")[:_FRAMES])
    _end(f"a fault of the program itself; report it with this line: {where}")


def _discard_output() -> None:
    """Nothing takes the output any more: what is left in the buffer must not fail again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
