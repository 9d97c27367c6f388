"""The entry point of the program: it handles signals first, and only then imports the rest.

The imports take a second. Process 1 of a container ignores a signal that it has no handler for, so
a SIGTERM of that second would be lost.
"""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    """The command `stream-edits`."""
    service = is_service(sys.argv[1:])

    def end_at_once(number: int, _: FrameType | None) -> None:
        # An exception could be swallowed by whatever is being imported. Nothing is open yet.
        os._exit(_code(number, service))

    def end(number: int, _: FrameType | None) -> None:
        sys.exit(_code(number, service))

    for each in _ENDING:
        signal.signal(each, end_at_once)
    fill_closed_streams()
    from stream_edits.cli import main as command

    # The service has nothing to close until its stages run, and they have handlers of their own.
    for each in () if service else _ENDING:
        signal.signal(each, end)
    command()


def fill_closed_streams() -> None:
    """Give a standard stream that was closed (`>&-`) a file that cannot be used.

    Otherwise the next file or socket that is opened would take its place.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(_unusable(os.O_WRONLY), "r")
    if sys.stdout is None:
        sys.stdout = os.fdopen(_unusable(os.O_RDONLY), "w")
    if sys.stderr is None:
        # stderr is closed; nothing can be reported.
        sys.stderr = os.fdopen(_unusable(os.O_WRONLY), "w")


def _unusable(flags: int) -> int:
    """The lowest free file descriptor, which is that of the first closed stream."""
    return os.open(os.devnull, flags)


def is_service(arguments: Sequence[str]) -> bool:
    """True for `run`, which ends with 0 when it is asked to stop."""
    words = iter(arguments)
    for word in words:
        if word == "--settings":
            next(words, None)
        elif not word.startswith("-"):
            return word == "run"
    return False


def _code(number: int, service: bool) -> int:
    """The exit code; of a command that was not done, the one that a shell shows."""
    return 0 if service else 128 + number
