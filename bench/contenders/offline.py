"""Claims in an Avro file: ``adjudicate`` decides them, ``bare`` only decodes and encodes them.

``impact`` decides them under two policies that differ in three values, and changes 1 % of the
claims; ``wide`` changes 9 %; ``same`` has equal policies.
"""

import io
import os
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import fastavro

from bench.contenders.bare import decision_on
from bench.inputs import EVENTS, records_of
from bench.job import Job, Meter
from stream_edits.codec.framing import BODY_START
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.commands.adjudicate import adjudicate_files
from stream_edits.commands.impact import Compared, measure_files
from stream_edits.settings import Settings

_FEW = 200
_CHANGE = """
edits:
  units-over-maximum:
    maximum_units:
      2024-12-03: {{reference: A trial, value: {{"96366": {units}}}}}
  documented-time-too-short:
    minutes_needed:
      2024-12-03: {{reference: A trial, value: {{
        "96365": {{at_least: {first}}}, "96366": {{at_least: {further}}}}}}}
"""
_CLAIM = schema_of(CLAIM_EVENT).parsed.root


def run(job: Job, variant: str) -> None:
    """Process a file of a few claims and one of ``job.records``, and discard the output.

    The difference of both times counts, so work done once per file (loading the policy) does not.
    """
    work = _RUN[variant]
    with TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        short = _written(Path(folder) / "short.avro", _FEW)
        whole = _written(Path(folder) / "whole.avro", job.records)
        with redirect_stdout(nowhere):
            work(short)
            short_s, whole_s = _seconds(work, short), _seconds(work, whole)
    wall_s, cpu_s = (b - a for a, b in zip(short_s, whole_s, strict=True))
    claims = job.records - _FEW
    Meter(job.records).report(per_s=claims / wall_s, cpu_us=cpu_s / claims * 1e6)


def _seconds(work: Callable[[Path], None], file: Path) -> tuple[float, float]:
    """Wall-clock time and CPU time, in seconds."""
    begun = time.perf_counter(), time.process_time()
    work(file)
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


def _written(file: Path, count: int) -> Path:
    claims = [
        fastavro.schemaless_reader(io.BytesIO(value[BODY_START:]), _CLAIM, None)
        for _, value in records_of(EVENTS, count)[:count]
    ]
    with file.open("wb") as opened:
        fastavro.writer(opened, _CLAIM, claims, codec="deflate")
    return file


def _adjudicate(file: Path) -> None:
    assert adjudicate_files(Settings(), [str(file)], "json") == 0


def _bare(file: Path) -> None:
    with file.open("rb") as opened, Path(os.devnull).open("wb") as nowhere:
        for claim in fastavro.reader(opened):
            nowhere.write(decision_on(claim))


def _impact(file: Path) -> None:
    assert _changed(file, _CHANGE.format(units=4, first=36, further=41)) > 0


def _wide(file: Path) -> None:
    assert _changed(file, _CHANGE.format(units=2, first=61, further=61)) > 0


def _same(file: Path) -> None:
    assert _changed(file, "edits: {}") == 0


def _changed(file: Path, change: str) -> int:
    overlay = file.with_suffix(".yaml")
    overlay.write_text(change, encoding="utf-8")
    measured = measure_files(Settings(), Compared(overlay, None), [str(file)])
    assert measured.bad == 0
    return measured.impact.claims_changed


_RUN: dict[str, Callable[[Path], None]] = {
    "adjudicate": _adjudicate,
    "bare": _bare,
    "impact": _impact,
    "wide": _wide,
    "same": _same,
}
