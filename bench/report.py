"""The report of a run: a table for each broker, and the figures of contenders that ran once."""

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.brokers import EMBEDDED, REAL
from bench.growth import Results, count, growth_of
from bench.lineup import (
    ENGINE,
    LIGHT,
    LIGHT_BARE,
    LINEUP,
    PEERS,
    STREAMS_MEMORY,
    STREAMS_ROCKSDB,
    TAKEOVER,
    Contender,
)
from bench.trial import Figures
from tests.written_counts import write_counts

REPORT = Path(__file__).parents[1] / "docs" / "performance.md"
_PACKAGES = ("confluent-kafka", "fastavro", "pydantic")
_PEER_PACKAGES = ("quixstreams", "faust-streaming", "faststream", "sentry-arroyo")


def lines_of(results: Results, rounds: int, claims: int, minutes: float) -> list[str]:
    """The report in Markdown."""
    return [
        f"{_machine()}. {_versions()}.",
        f"{rounds} rounds of {claims} claims each; {minutes:.0f} minutes in all.",
        *_table(results, EMBEDDED, "On the embedded broker (librdkafka's mock)"),
        *_table(results, REAL, "On a real Kafka (one broker on the same machine)"),
        *_lines(results),
        *growth_of(results),
    ]


def write(lines: list[str]) -> None:
    """Write the report between its marks in docs/performance.md."""
    write_counts("bench", lines, REPORT)


def ratio(results: Results, broker: str, contender: Contender, figure: str) -> float | None:
    """The median over all rounds of the ratio to the contender it is compared with.

    Above 1 is better: the factor of the throughput (``per_s``), or of the CPU saved (``cpu_us``).
    None without a round in which both have figures.
    """
    if contender.against is None:
        return None
    pairs = zip(
        results.get((broker, contender.name), []),
        results.get((broker, contender.against), []),
        strict=False,
    )
    known = [(own[figure], other[figure]) for own, other in pairs if own and other]
    if not known:
        return None
    return median(a / b if figure == "per_s" else b / a for a, b in known)


def _table(results: Results, broker: str, title: str) -> Iterator[str]:
    yield ""
    yield f"**{title}**"
    yield ""
    yield "| | records/s | CPU µs a record | peak MB | to | speed | CPU | wanted |"
    yield "|---|---:|---:|---:|---|---:|---:|---:|"
    for contender in LINEUP:
        rounds = [x for x in results.get((broker, contender.name), []) if x]
        if not rounds:
            continue
        per_s, cpu, peak = (
            median(x[name] for x in rounds) for name in ("per_s", "cpu_us", "peak_mb")
        )
        ratios = [_two_places(ratio(results, broker, contender, f)) for f in ("per_s", "cpu_us")]
        wanted = f"≥ {contender.at_least}" if contender.at_least else ""
        yield (
            f"| {contender.name} | {count(per_s)} | {cpu:.1f} | {peak:.0f} | "
            f"{contender.against or ''} | {ratios[0]} | {ratios[1]} | {wanted} |"
        )


def _lines(results: Results) -> Iterator[str]:
    yield ""
    (engine,) = (contender for contender in LINEUP if contender.name == ENGINE)
    for peer in (STREAMS_ROCKSDB, STREAMS_MEMORY):
        pair = engine._replace(against=peer)
        speed, cpu = (ratio(results, REAL, pair, figure) for figure in ("per_s", "cpu_us"))
        if speed and cpu:
            yield f"* engine alone, to {peer}: speed {speed:.2f}, CPU {cpu:.2f}"
    for once in (LIGHT, LIGHT_BARE, *TAKEOVER.values()):
        for figures in results.get((REAL, once.name), []):
            figures_text = ", ".join(f"{_LABELS[k]} {count(v)}" for k, v in _shown(figures))
            yield f"* {once.name}: {figures_text or 'failed'}"


_LABELS = {
    "peak_mb": "peak in MB",
    "p50_ms": "p50 in ms",
    "p99_ms": "p99 in ms",
    "transaction_ms": "a transaction in ms",
    "transactions_per_s": "transactions a second",
    "seen_ms": "from commit to reader in ms",
    "start_s": "from process start to joined in s",
    "back_s": "all partitions worked on after s",
    "still_s": "the other process stood still for s",
}


def _shown(figures: Figures | None) -> list[tuple[str, float]]:
    return [(name, value) for name, value in (figures or {}).items() if name in _LABELS]


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0]}, {len(models)} cores, {platform.system()}, Python {_python()}"


def _python() -> str:
    return platform.python_version()


def _versions() -> str:
    ours = [f"{name} {version(name)}" for name in _PACKAGES]
    return ", ".join([*ours, *_peers()])


def _peers() -> Sequence[str]:
    found = (PEERS.parents[1] / "lib").glob("python*/site-packages/*.dist-info")
    by_name = dict(path.name.removesuffix(".dist-info").split("-", 1) for path in found)
    wanted = [(name, by_name.get(name.replace("-", "_"))) for name in _PEER_PACKAGES]
    return [f"{name} {number}" for name, number in wanted if number]


def _two_places(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"
