"""Reads the figures of the last bench from docs/performance.md."""

import re
from typing import NamedTuple

from bench.growth import EACH_MORE
from bench.lineup import LIGHT, PIPELINE, TAKEOVER, Scale

Row = dict[str, str]
_MARKS = re.compile(r"<!-- bench: begin -->\n(.*?)<!-- bench: end -->", re.DOTALL)
_REAL = "On a real Kafka"
_STAGES = "How a stage grows"
_ENCOUNTERS = "How open encounters grow"
_PER_S, _CPU = "records/s", "CPU µs a record"


class MissingFigure(Exception):
    """The report lacks a figure that the simulation needs. The message names it."""


class Bench(NamedTuple):
    """The figures of the bench that the simulation uses: seconds, bytes, records a second."""

    # CPU seconds for a record, by stage.
    cpu_s: tuple[float, float, float]
    transaction_s: float
    seen_s: float
    start_s: float
    # Bytes and seconds for each additional open encounter; memory of a process without any.
    encounter_bytes: float
    wire_bytes: float
    restore_s: float
    process_bytes: float
    # Figures to validate the simulation.
    p50_s: float
    p99_s: float
    pipeline_per_s: float
    # By stage, processes and partitions: records a second, and CPU seconds of the broker a record.
    scaled: dict[Scale, tuple[float, float]]
    # By fault: seconds until all partitions were processed again, and seconds for which the other
    # process paused.
    takeover: dict[str, tuple[float, float]]

    def of_shape(self, shape: Scale) -> tuple[float, float]:
        """The figures of one shape in `scaled`. Raises MissingFigure."""
        if shape not in self.scaled:
            raise MissingFigure(f"no figures of {shape.name}: run the bench")
        return self.scaled[shape]


def read(text: str) -> Bench:
    """The figures of a report. Raises MissingFigure."""
    found = _MARKS.search(text)
    if found is None:
        raise MissingFigure("the report has no marks of the bench")
    report = _Report(found[1])
    stages = [report.row(_REAL, name) for name in ("intake", "encounter", "supervision")]
    intake, encounter, supervision = (_number(row, _CPU) / 1e6 for row in stages)
    light, more = report.line(LIGHT.name), report.line(EACH_MORE)
    return Bench(
        cpu_s=(intake, encounter, supervision),
        transaction_s=_number(light, "a transaction in ms") / 1000,
        seen_s=_number(light, "from commit to reader in ms") / 1000,
        start_s=_number(light, "from process start to joined in s"),
        encounter_bytes=_number(more, "bytes of memory"),
        wire_bytes=_number(more, "bytes of keys and values"),
        restore_s=_number(more, "µs of restore") / 1e6,
        process_bytes=_number(stages[1], "peak MB") * 1024 * 1024,
        p50_s=_number(light, "p50 in ms") / 1000,
        p99_s=_number(light, "p99 in ms") / 1000,
        pipeline_per_s=_number(report.row(_REAL, PIPELINE), _PER_S),
        scaled=dict(_scaled(row) for row in report.table(_STAGES) if row[_PER_S]),
        takeover={fault: _taken(report.line(once.name)) for fault, once in TAKEOVER.items()},
    )


def _scaled(row: Row) -> tuple[Scale, tuple[float, float]]:
    shape = Scale(row["stage"], int(row["processes"]), int(row["partitions"]))
    return shape, (_number(row, _PER_S), _number(row, "CPU µs beside it") / 1e6)


def _taken(row: Row) -> tuple[float, float]:
    names = ("all partitions worked on after s", "the other process stood still for s")
    back_s, still_s = (_number(row, name) for name in names)
    return back_s, still_s


def _number(row: Row, name: str) -> float:
    text = row.get(name, "")
    try:
        return float(text.replace(",", ""))
    except ValueError:
        about = next(iter(row.values()), "")
        raise MissingFigure(
            f"{name} of {about!r} is {text!r} and no number: run the bench"
        ) from None


class _Report:
    """The tables of the report by title, and its lines of figures."""

    def __init__(self, text: str) -> None:
        self._tables: dict[str, list[Row]] = {}
        self._lines: dict[str, Row] = {}
        title, head = "", list[str]()
        for line in text.splitlines():
            if line.startswith("**"):
                title, head = line.strip("*"), []
            elif line.startswith("|"):
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                if not head:
                    head = [name or "name" for name in cells]
                elif not set(line) <= set("|-: "):
                    row = dict(zip(head, cells, strict=False))
                    self._tables.setdefault(title, []).append(row)
            elif line.startswith("* "):
                name, _, numbers = line[2:].partition(": ")
                self._lines[name] = {"name": name, **_labelled_numbers(numbers)}

    def table(self, title: str) -> list[Row]:
        for name, rows in self._tables.items():
            if name.startswith(title):
                return rows
        raise MissingFigure(f"no table {title!r}: run the bench")

    def row(self, title: str, name: str) -> Row:
        for row in self.table(title):
            if row["name"] == name:
                return row
        raise MissingFigure(f"no {name!r} in the table {title!r}: run the bench")

    def line(self, name: str) -> Row:
        if name not in self._lines:
            raise MissingFigure(f"no line {name!r}: run the bench")
        return self._lines[name]


def _labelled_numbers(line: str) -> Row:
    """The labels and numbers in a line such as ``a label 1.5, another 2,000``."""
    return dict(re.findall(r"(\D.*?) ([\d,.]*\d)(?:, |$)", line))
