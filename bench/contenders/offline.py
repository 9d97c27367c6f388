"""Claims in an Avro file: ``adjudicate`` decides them, ``bare`` decodes and encodes them only."""

import io
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import fastavro

from bench.contenders.bare import decision_on
from bench.inputs import EVENTS, records_of
from bench.job import Job, Meter
from stream_edits.app.files import adjudicate
from stream_edits.codec.framing import BODY_START
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.settings import Settings

_CLAIM = schema_of(CLAIM_EVENT).parsed.root


def run(job: Job, variant: str) -> None:
    """Go through a file of ``job.count`` claims, its output thrown away."""
    with TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        file = _written(Path(folder) / "claims.avro", job.count)
        meter = Meter(job.count)
        # Once over a short file, so that neither is charged for what it does but once.
        first = _written(Path(folder) / "first.avro", 200)
        with redirect_stdout(nowhere):
            _RUN[variant](first)
            meter.committed(0)
            _RUN[variant](file)
            meter.committed(job.count)
    meter.report()


def _written(file: Path, count: int) -> Path:
    claims = [
        fastavro.schemaless_reader(io.BytesIO(value[BODY_START:]), _CLAIM, None)
        for _, value in records_of(EVENTS, count)[:count]
    ]
    with file.open("wb") as opened:
        fastavro.writer(opened, _CLAIM, claims, codec="deflate")  # type: ignore[arg-type]
    return file


def _adjudicate(file: Path) -> None:
    assert adjudicate(Settings(), str(file), "json") == 0


def _bare(file: Path) -> None:
    with file.open("rb") as opened, Path(os.devnull).open("wb") as nowhere:
        for claim in fastavro.reader(opened):
            nowhere.write(decision_on(claim))


_RUN: dict[str, Callable[[Path], None]] = {"adjudicate": _adjudicate, "bare": _bare}
