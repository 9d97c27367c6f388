"""Loading the settings: environment over file over defaults, or one error line."""

import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stream_edits.yaml_words import plain_message

from .model import Settings, Topics
from .sources import (
    FILE_VARIABLE,
    OPTION_TABLES,
    PREFIX,
    Given,
    KeyPath,
    UnreadableFile,
    from_environment,
    from_file,
    variable,
)
from .values import Conflict, option_name, ordinal

_TOPICS = "topics"
_TABLES = (*OPTION_TABLES, _TOPICS)


class BadSetting(Exception):
    """One line: the setting by the name its author used, and what is expected. Never its value."""


def load_settings(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `environ` (by default the process's) over those of `file`.

    Without `file`, the file that STREAM_EDITS_SETTINGS names, if any. Raises BadSetting.
    """
    environ = os.environ if environ is None else environ
    named = environ.get(FILE_VARIABLE) if file is None else None
    if named:
        file = Path(named)
    try:
        given = from_environment(environ).over(from_file(file) if file else Given())
    except UnreadableFile as failure:
        # Whoever gave the variable may not know that there is a file.
        raise BadSetting(f"{FILE_VARIABLE}: {failure}" if named else str(failure)) from None
    if ("instance",) not in given.values:
        given.values[("instance",)] = ordinal(environ.get("HOSTNAME", "")) or 0
    try:
        return Settings.model_validate(given.tree())
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        raise BadSetting(_one_line(first, given)) from None


def _one_line(error: ErrorDetails, given: Given) -> str:
    path: KeyPath = tuple(str(step) for step in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{given.name(path)}: there is no such setting{_meant(path, given)}"
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Conflict):
        return f"{given.name(cause.path)} {cause}"
    if error["type"] in ("dict_type", "model_type"):
        return f"{given.name(path)} should be a table of names and values"
    expected = str(cause) if cause else plain_message(error["msg"])
    return f"{given.name(path)} {expected}"


def _meant(path: KeyPath, given: Given) -> str:
    """What was likely meant, as a variable or a place in the file; empty if nothing is near."""
    likely = _likely(path)
    if likely is None:
        return ""
    if " in " not in given.name(path):
        return f"; did you mean {variable(likely)}?"
    if len(likely) > len(path):
        return f"; write {likely[1]} under {likely[0]}"
    return f"; did you mean {'.'.join(likely)}?"


def _likely(path: KeyPath) -> KeyPath | None:
    """The setting with the closest name, also for a variable's name or a dotted one in a file."""
    topics = [field.alias or name for name, field in Topics.model_fields.items()]
    if len(path) > 1:
        return _closest(path[:-1], path[-1], topics if path[0] == _TOPICS else ())
    written = path[0].lower().removeprefix(PREFIX.lower())
    near = _closest((), written, list(Settings.model_fields))
    if near and near[0] not in _TABLES:
        return near
    for table in _TABLES:
        if written.startswith((f"{table}_", f"{table}.")):
            name = written.removeprefix(table).lstrip("_.")
            is_topic = table == _TOPICS
            return _closest((table,), name, topics) if is_topic else (table, option_name(name))
    return near


def _closest(above: KeyPath, written: str, known: Sequence[str]) -> KeyPath | None:
    close = get_close_matches(written, known, n=1, cutoff=0.75)
    return (*above, close[0]) if close else None
