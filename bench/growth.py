"""The report on figures measured at several sizes: how they grow."""

from collections.abc import Iterator

from bench.brokers import EMBEDDED, REAL
from bench.lineup import MEMORY, RESTORE, SCALE, Scale
from bench.trial import Figures

# The figures of each round by broker and contender; None for a failed round.
Results = dict[tuple[str, str], list[Figures | None]]
# bench/payer reads this line.
EACH_MORE = "each open encounter more"


def growth_of(results: Results) -> Iterator[str]:
    """Two tables in Markdown, each only if it has figures."""
    memory = _by_size(results, EMBEDDED, MEMORY[0].name)
    restore = _by_size(results, REAL, RESTORE[0].name)
    if memory or restore:
        yield from _encounters(memory, restore)
    if any((REAL, shape.name) in results for shape in SCALE):
        yield from _stages(results)


def _by_size(results: Results, broker: str, name: str) -> dict[int, Figures]:
    known = [figures for figures in results.get((broker, name), []) if figures]
    return {int(figures["encounters"]): figures for figures in known}


def _encounters(memory: dict[int, Figures], restore: dict[int, Figures]) -> Iterator[str]:
    yield ""
    yield "**How open encounters grow** (in memory, and restored by one process from a real Kafka)"
    yield ""
    yield (
        "| open encounters | store MB | peak MB | full collection ms | restore s | encounters/s "
        "| CPU µs an encounter | peak MB restoring |"
    )
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|"
    for size in sorted({*memory, *restore}):
        held, read = memory.get(size, {}), restore.get(size, {})
        seconds = {"s": size / read["per_s"]} if read else {}
        yield _row(
            f"{size:,}",
            *(_cell(held, name) for name in ("store_mb", "peak_mb", "collected_ms")),
            _cell(seconds, "s"),
            *(_cell(read, name) for name in ("per_s", "cpu_us", "peak_mb")),
        )
    if len(memory) > 1 and len(restore) > 1:
        yield ""
        yield f"* {EACH_MORE}: {_each_more(memory, restore)}"


def _each_more(memory: dict[int, Figures], restore: dict[int, Figures]) -> str:
    """The growth per encounter between the smallest and the largest size."""
    small, large = min(memory), max(memory)
    grown = memory[large]["store_mb"] - memory[small]["store_mb"]
    bytes_each = grown * 1024 * 1024 / (large - small)
    small, large = min(restore), max(restore)
    longer_s = large / restore[large]["per_s"] - small / restore[small]["per_s"]
    slopes = {
        "bytes of memory": bytes_each,
        "µs of restore": longer_s / (large - small) * 1e6,
        "bytes of keys and values": memory[max(memory)]["bytes_held"],
    }
    return ", ".join(f"{label} {count(value)}" for label, value in slopes.items())


def _stages(results: Results) -> Iterator[str]:
    yield ""
    yield "**How a stage grows** (real Kafka; *beside* is what broker and kernel used meanwhile)"
    yield ""
    yield (
        "| stage | processes | partitions | records/s | CPU µs a record | CPU µs beside it "
        "| times one process on 6 |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for shape in SCALE:
        for figures in results.get((REAL, shape.name), []):
            found = figures or {}
            yield _row(
                shape.stage,
                str(shape.processes),
                str(shape.partitions),
                *(_cell(found, name) for name in ("per_s", "cpu_us", "beside_us")),
                _times(results, shape),
            )


def _times(results: Results, shape: Scale) -> str:
    """The throughput as a multiple of one process on six partitions."""
    own = results.get((REAL, shape.name), [None])[0]
    one = results.get((REAL, Scale(shape.stage, 1, 6).name), [None])[0]
    return f"{own['per_s'] / one['per_s']:.2f}" if own and one else ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(figures: Figures, name: str) -> str:
    return count(figures[name]) if name in figures else ""


def count(number: float) -> str:
    """A number as text: without decimals from a hundred on, or else with one."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"
