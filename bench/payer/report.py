"""The report of the simulation, in Markdown."""

from collections.abc import Iterator, Sequence

from bench.growth import count
from bench.payer import faults
from bench.payer.assumptions import (
    CLAIMS_PER_S,
    CLAIMS_PER_YEAR,
    DEFAULTS,
    MEMORY_USE,
    OPEN_ENCOUNTERS,
    PEAK,
    REPLAY_PER_S,
)
from bench.payer.claim import STAGES, Mix
from bench.payer.encounters import fits, share
from bench.payer.figures import Bench
from bench.payer.pipeline import Processes
from bench.payer.replay import Replay, by_hand, fewest, half, replay
from bench.payer.scenarios import LATE_S, TWO_EACH, Day, Estate, faulty, quiet
from bench.payer.validation import MARGIN, checks

_GIB = 1024**3
# Two processes of the encounter stage, with a million open encounters each.
_SMALL = 2_000_000
# Partitions for a hundred million open encounters: at least the largest number of processes.
_MANY = 64
_SHARES = (1, 2, 4, 8, 16, 24, 32, 64)
_SIMULATED = (4, 8, 16, 24, 32, 64)
_PODS_GIB = (2, 4, 8, 16)
_FAULTS = {
    "killed, its machine lost for good": faults.lost,
    "killed, started again, dynamic member": faults.killed,
    "killed, started again, static member": faults.killed_static,
    "planned restart, dynamic member": faults.restarted,
    "planned restart, static member": faults.restarted_static,
}


def lines_of(bench: Bench, mix: Mix, seed: int) -> Iterator[str]:
    """The lines of the whole report."""
    yield f"Seed {seed}, on the figures of the bench above."
    yield from _validation(bench, mix, seed)
    yield from _quiet(bench, mix, seed)
    yield from _faulty(bench, mix, seed)
    yield from _replay(bench, mix, seed)
    yield from _encounters(bench, mix, seed)
    yield from _pods(bench, mix)


def _validation(bench: Bench, mix: Mix, seed: int) -> Iterator[str]:
    yield from _head("The model beside the engine", "", "predicted", "measured", "off", "")
    for check in checks(bench, mix, seed):
        outside = "" if abs(check.off) <= MARGIN else f"more than {MARGIN:.0%}"
        figures = (f"{count(number)} {check.unit}" for number in (check.predicted, check.measured))
        yield _row(check.what, *figures, f"{check.off:+.0%}", outside)


def _quiet(bench: Bench, mix: Mix, seed: int) -> Iterator[str]:
    title = f"Two processes of each stage, a core each ({', '.join(_shares(mix))})"
    yield from _head(title, "claims/s", "p50 ms", "p99 ms", "worst ms", *_uses())
    for per_s in (CLAIMS_PER_S, PEAK * CLAIMS_PER_S):
        day = quiet(bench, mix, per_s, seed)
        waits = (f"{seconds * 1000:.0f}" for seconds in (day.p50_s, day.p99_s, day.worst_s))
        yield _row(f"{per_s:,}", *waits, *_percents(day.use))


def _faulty(bench: Bench, mix: Mix, seed: int) -> Iterator[str]:
    title = (
        f"{CLAIMS_PER_S} claims/s, and one of two processes of the encounter stage ends (a million "
        "open encounters each)"
    )
    yield from _head(title, "", "lag gone after s", "worst s", f"claims later than {LATE_S:g} s")
    for what, fault in _FAULTS.items():
        day = faulty(bench, mix, fault, Estate(TWO_EACH, _SMALL), seed)
        yield _row(what, *_seconds(day), f"{day.late:,}")


def _replay(bench: Bench, mix: Mix, seed: int) -> Iterator[str]:
    found = fewest(bench, mix, seed)
    title = f"A replay of {CLAIMS_PER_YEAR / 1e9:.1f} billion claims, a year of {CLAIMS_PER_S}/s"
    columns = ("processes", "come/s", "decided/s", *_uses(), "unread at the end", "a year in days")
    yield from _head(title, "", *columns)
    yield _replayed("fewest at half use", found)
    fewer = half(found.processes)
    yield _replayed("half as many", replay(bench, mix, fewer, seed))
    full = replay(bench, mix, found.processes, seed, per_s=3 * REPLAY_PER_S)
    yield _replayed("the fewest, as fast as they can", full)
    yield ""
    yield f"* on paper, at half use: {_named(by_hand(bench, mix))}"


def _replayed(what: str, done: Replay) -> str:
    return _row(
        what,
        _named(done.processes),
        f"{done.came_per_s:,.0f}",
        f"{done.decided_per_s:,.0f}",
        *_percents(done.use),
        " / ".join(f"{lag:,}" for lag in done.lag),
        f"{done.year_days:.1f}",
    )


def _encounters(bench: Bench, mix: Mix, seed: int) -> Iterator[str]:
    title = (
        f"{OPEN_ENCOUNTERS / 1e6:.0f} million open encounters, {_MANY} partitions, "
        f"{CLAIMS_PER_S} claims/s"
    )
    columns = (
        "encounters each",
        "GiB each",
        "restore s",
        "all at once s",
        "lag gone, static restart s",
        "lag gone, one lost s",
    )
    yield from _head(title, "processes", *columns)
    for processes in _SHARES:
        own = share(bench, processes)
        days: list[Day] = []
        if processes in _SIMULATED:
            estate = Estate(Processes(2, processes, 2), OPEN_ENCOUNTERS, _MANY)
            for fault in (faults.restarted_static, faults.lost):
                days.append(faulty(bench, mix, fault, estate, seed))
        yield _row(
            str(processes),
            f"{own.encounters / 1e6:.1f} million",
            f"{own.memory_bytes / _GIB:.1f}",
            f"{own.alone_s:,.0f}",
            f"{own.together_s:,.0f}",
            *(f"{day.behind_s:.0f}" for day in days),
            *[""] * (2 - len(days)),
        )


def _pods(bench: Bench, mix: Mix) -> Iterator[str]:
    title = f"What a pod of the encounter stage holds ({MEMORY_USE:.0%} of its memory limit)"
    columns = ("open encounters", "restore s", f"pods for {OPEN_ENCOUNTERS / 1e6:.0f} million")
    yield from _head(title, "limit", *columns)
    for gib in _PODS_GIB:
        held = fits(bench, gib * _GIB)
        pods = -(-OPEN_ENCOUNTERS // held)
        restore_s = share(bench, 1).alone_s * held / OPEN_ENCOUNTERS
        yield _row(f"{gib} GiB", f"{held / 1e6:.1f} million", f"{restore_s:.0f}", str(pods))
    per_day = CLAIMS_PER_S * mix.reaching[1] * 86_400
    kept = per_day * DEFAULTS.retention_days
    yield ""
    yield (
        f"* claims that reach the encounter stage at {CLAIMS_PER_S}/s round the clock: "
        f"{per_day / 1e6:.1f} million a day, {OPEN_ENCOUNTERS / 1e6:.0f} million in "
        f"{OPEN_ENCOUNTERS / per_day:.1f} days, {kept / 1e9:.0f} billion in the "
        f"{DEFAULTS.retention_days} days of `retention_days`"
    )


def _shares(mix: Mix) -> Iterator[str]:
    for stage, reaching in zip(STAGES, mix.reaching, strict=True):
        yield f"{reaching:.0%} of the claims to {stage.value}"


def _named(processes: Processes) -> str:
    return " + ".join(map(str, processes))


def _uses() -> Iterator[str]:
    return (f"{stage.value} uses" for stage in STAGES)


def _percents(shares: Sequence[float]) -> Iterator[str]:
    return (f"{each:.0%}" for each in shares)


def _seconds(day: Day) -> Iterator[str]:
    return (f"{seconds:.0f}" for seconds in (day.behind_s, day.worst_s))


def _head(title: str, *columns: str) -> Iterator[str]:
    yield ""
    yield f"**{title}**"
    yield ""
    yield _row(*columns)
    yield _row("---", *["---:"] * (len(columns) - 1))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
