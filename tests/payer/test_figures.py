"""The simulation reads the report that the bench writes; a missing figure is an error."""

import re
from collections.abc import Callable

import pytest

from bench.brokers import EMBEDDED, REAL
from bench.growth import Results
from bench.lineup import LIGHT, LINEUP, MEMORY, PIPELINE, RESTORE, SCALE, TAKEOVER, Scale
from bench.payer.figures import MissingFigure, read
from bench.report import lines_of

_LIGHT = {
    "peak_mb": 95.0,
    "p50_ms": 92.5,
    "p99_ms": 1312.0,
    "transaction_ms": 11.4,
    "seen_ms": 1.3,
    "start_s": 2.9,
}


def results() -> Results:
    """The results of a run in which each contender needs 10 µs more than the one before."""
    found: Results = {}
    for number, contender in enumerate(LINEUP):
        figures = {"per_s": 10_000.0 + number, "cpu_us": 10.0 * number, "peak_mb": 90.0}
        found[REAL, contender.name] = [dict(figures)]
        found[EMBEDDED, contender.name] = [figures | {"cpu_us": 1.0}]
    found[REAL, LIGHT.name] = [dict(_LIGHT)]
    for number, once in enumerate(TAKEOVER.values()):
        found[REAL, once.name] = [{"back_s": 14.0 + number, "still_s": 9.0 * number}]
    for once in MEMORY:
        held = {"store_mb": once.records / 1000, "bytes_held": 628.0, "collected_ms": 20.0}
        known = found.setdefault((EMBEDDED, once.name), [])
        known.append({"encounters": once.records, "peak_mb": 800.0, **held})
    for once in RESTORE:
        known = found.setdefault((REAL, once.name), [])
        known.append({"encounters": once.records, "per_s": 2e5, "cpu_us": 2.2, "peak_mb": 900.0})
    for number, shape in enumerate(SCALE):
        grown = {"per_s": 1000.0 * (number + 1), "cpu_us": 70.0, "beside_us": 20.0 + number}
        found[REAL, shape.name] = [grown]
    return found


def report(found: Results) -> str:
    """The report, as in docs/performance.md."""
    lines = "\n".join(["Run on a day.", "", *lines_of(found, 3, 6000, 12)])
    return f"# Performance\n<!-- bench: begin -->\n{lines}\n<!-- bench: end -->\nMore.\n"


def test_the_simulation_reads_what_the_bench_wrote() -> None:
    bench = read(report(results()))
    places = [contender.name for contender in LINEUP]
    stages = ("intake", "encounter", "supervision")
    assert bench.cpu_s == pytest.approx([places.index(stage) * 1e-5 for stage in stages])
    assert bench.transaction_s == pytest.approx(0.0114)
    assert bench.seen_s == pytest.approx(0.0013)
    assert bench.start_s == pytest.approx(2.9)
    assert (bench.p50_s, bench.p99_s) == pytest.approx((0.0925, 1.312))
    assert bench.pipeline_per_s == pytest.approx(10_000 + places.index(PIPELINE))
    # One more MB for each thousand, and five seconds for each million.
    assert bench.encounter_bytes == pytest.approx(1024 * 1024 / 1000, rel=1e-3)
    assert bench.restore_s == pytest.approx(5e-6)
    assert bench.wire_bytes == pytest.approx(628)
    assert bench.process_bytes == pytest.approx(90 * 1024 * 1024)
    assert bench.takeover == {"killed": (14.0, 0.0), "killed_static": (15.0, 9.0)}
    for number, shape in enumerate(SCALE):
        assert bench.of_shape(shape) == pytest.approx(((number + 1) * 1000, (20 + number) / 1e6))


def without(part: str) -> Callable[[str], str]:
    """Removes the lines that begin with ``part`` from the report."""
    return lambda text: "\n".join(x for x in text.splitlines() if not x.startswith(part)) + "\n"


def instead(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def failed(line: str) -> Callable[[str], str]:
    """Changes the report to one in which that contender failed."""
    return lambda text: re.sub(f"{re.escape(line)}.*", f"{line}failed", text)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (without("<!-- bench"), "no marks"),
        (without("* light load"), "no line 'light load'"),
        (instead("a transaction in ms 11.4", ""), "a transaction in ms of 'light load' is ''"),
        (failed("* light load: "), "a transaction in ms of 'light load' is ''"),
        (without("* each open encounter more"), "no line 'each open encounter more'"),
        (without("* a process killed, static"), "no line 'a process killed, static member'"),
        (without("| encounter |"), "no 'encounter' in the table 'On a real Kafka'"),
        (instead("| CPU µs a record |", "| CPU |"), "CPU µs a record of 'intake'"),
        (without("**How a stage grows"), "no table 'How a stage grows'"),
        (instead("| intake | 10,008 | ", "| intake | 10,008 | n/a "), "of 'intake' is 'n/a 80.0'"),
    ],
)
def test_the_error_names_a_missing_figure(broken: Callable[[str], str], says: str) -> None:
    text = report(results())
    assert broken(text) != text
    with pytest.raises(MissingFigure, match=says):
        read(broken(text))


def test_a_failed_shape_is_an_error_only_when_used() -> None:
    found = results()
    failed = Scale("encounter", 2, 12)
    found[REAL, failed.name] = [None]
    bench = read(report(found))
    assert bench.of_shape(Scale("encounter", 2, 6))
    with pytest.raises(MissingFigure, match="encounter in 2 on 12"):
        bench.of_shape(failed)
