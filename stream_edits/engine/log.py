"""Log events: a name and a few fields. Never a key, a payload or the text of an exception."""

from __future__ import annotations

import logging

_LOG = logging.getLogger("stream_edits.engine")


def event(level: int, name: str, **fields: str | int | float | None) -> None:
    """Log `name` with `fields`.

    They are in `record.event` and `record.fields`; a plain formatter writes `name k=v`.
    """
    if _LOG.isEnabledFor(level):
        text = " ".join([name, *(f"{key}={value}" for key, value in fields.items())])
        _LOG.log(level, text, extra={"event": name, "fields": fields})


def info(name: str, **fields: str | int | float | None) -> None:
    """`event` at INFO."""
    event(logging.INFO, name, **fields)


def warning(name: str, **fields: str | int | float | None) -> None:
    """`event` at WARNING."""
    event(logging.WARNING, name, **fields)


def error(name: str, **fields: str | int | float | None) -> None:
    """`event` at ERROR."""
    event(logging.ERROR, name, **fields)
