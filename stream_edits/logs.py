"""Log lines that cannot contain a claim: an event name, allowed fields, no text of libraries.

The project logs an event name with fields (`extra={"event": …, "fields": {…}}`). Only the allowed
fields are written. Any other message of the project's loggers is written as its template, without
the arguments. Messages of libraries are withheld, except those of librdkafka. An exception is
written as its type and its places in the code, because its text may quote a record.
"""

import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import walk_tb
from types import TracebackType
from typing import Literal, TextIO

FIELDS = frozenset(
    {
        *("stage", "topic", "partition", "partitions", "offset", "instance", "group", "version"),
        *("records", "events", "runners", "failures", "cold", "topics", "stages", "tables"),
        *("error", "reason", "call", "attempt", "in_a_row", "wait_s", "seconds", "signal"),
        *("host", "port", "setting", "policy", "edits", "count", "first_class", "limit"),
        "wanted",
    }
)
_OURS = "stream_edits"
# librdkafka's lines hold brokers, topics and offsets, and never a payload.
_CLIENTS = ("librdkafka", "stream_edits.engine.client")
_LONGEST = 500
_A_MOMENT_S = 0.01
_SILENT = logging.CRITICAL + 1


def configure_logs(
    form: Literal["console", "json"],
    level: str,
    stream: TextIO | None = None,
    worker: int | None = None,
    *,
    client_lines: bool = True,
) -> None:
    """Write every log line of this process to `stream`, stderr unless given.

    `worker` is in each line: several processes of `run --processes` write to one stream.

    This includes warnings and uncaught exceptions, those of threads and destructors as well.
    Without `client_lines` those of librdkafka are left out.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter((JsonLine if form == "json" else ConsoleLine)(worker))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _CLIENTS:
        logging.getLogger(name).setLevel(logging.NOTSET if client_lines else _SILENT)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    # Python would print an exception of a thread or a destructor with its values.
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


class _Line(logging.Formatter):
    def __init__(self, worker: int | None = None) -> None:
        super().__init__()
        self.always: dict[str, object] = {} if worker is None else {"worker": worker}


class JsonLine(_Line):
    """One JSON object in each line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
            **self.always,
            **_fields(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = list(places_of(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


class ConsoleLine(_Line):
    """For people: time, level, event, `name=value` pairs, then the places of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        fields = self.always | _fields(record)
        pairs = (f"{name}={value}" for name, value in fields.items())
        lines = [" ".join([_time(record), f"{record.levelname:<7}", _event(record), *pairs])]
        if record.exc_info and record.exc_info[1]:
            lines += (f"    {place}" for place in places_of(record.exc_info[1]))
        return "\n".join(lines)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(record: logging.LogRecord) -> str:
    if record.name in _CLIENTS:
        return _one_line(record.getMessage())
    if record.name.partition(".")[0] == _OURS:
        return _one_line(str(getattr(record, "event", record.msg)))
    return f"message withheld ({PurePath(record.pathname).name}:{record.lineno})"


def _fields(record: logging.LogRecord) -> dict[str, object]:
    given = getattr(record, "fields", None)
    if record.name.partition(".")[0] != _OURS or not isinstance(given, dict):
        return {}
    return {name: _plain(value) for name, value in given.items() if name in FIELDS}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else _one_line(str(value))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


def places_of(failure: BaseException) -> Iterator[str]:
    """Each exception of the chain, the newest first, as `Type at file:line function < …`."""
    seen: set[int] = set()
    link: BaseException | None = failure
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        frames = [
            f"{PurePath(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(link.__traceback__)
        ]
        yield f"{type(link).__name__} at {' < '.join(reversed(frames)) or 'an unknown place'}"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _log_uncaught(
    kind: type[BaseException], failure: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, failure, trace)
        return
    logging.getLogger(_OURS).critical("uncaught", exc_info=(kind, failure, trace))


def _log_uncaught_in_thread(escaped: threading.ExceptHookArgs) -> None:
    if escaped.exc_value is not None and not isinstance(escaped.exc_value, SystemExit):
        _log_uncaught(escaped.exc_type, escaped.exc_value, escaped.exc_traceback)


def _log_unraisable(escaped: "sys.UnraisableHookArgs") -> None:
    if isinstance(escaped.exc_value, SystemExit):
        _end_again(escaped.exc_value)
    elif escaped.exc_value is not None:
        _log_uncaught(escaped.exc_type, escaped.exc_value, escaped.exc_traceback)


def _end_again(ending: SystemExit) -> None:
    """End the process a moment later: a signal came where Python cannot raise (`entry.main`)."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGALRM, lambda *_: sys.exit(ending.code))
        signal.setitimer(signal.ITIMER_REAL, _A_MOMENT_S)
