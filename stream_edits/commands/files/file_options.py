"""How files of claims are to be read, as the command line says it."""

from dataclasses import dataclass, field

from stream_edits.commands.files.x12_options import X12Options

MAX_ERRORS = 100


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """The options of every command that reads files of claims.

    Reading ends after ``max_errors`` lines that are not valid; 0: no limit. ``progress`` is None
    for a bar on a terminal and nothing elsewhere.
    """

    x12: X12Options = field(default_factory=X12Options)
    max_errors: int = MAX_ERRORS
    progress: bool | None = None
