"""A table of what an operator should provision for each load of the payer."""

from collections.abc import Iterator
from typing import NamedTuple

from bench.payer.assumptions import CLAIMS_PER_S, OPEN_ENCOUNTERS, PARTITIONS, PEAK, REPLAY_PER_S
from bench.payer.claim import Mix
from bench.payer.encounters import fits
from bench.payer.figures import Bench
from bench.payer.pipeline import Processes
from bench.payer.replay import by_hand, fewest

_GIB = 1024**3
# Memory limits of an encounter process; the last is that of the chart's production values.
_LIMITS_GIB = (1, 2, 4)
# Open encounters of a payer whose claims do not stay open for weeks.
_FEW_OPEN = 2_000_000
# At least two, so that one can be restarted while the other works.
_AT_LEAST = 2


class Load(NamedTuple):
    """A load: claims a second, and the number of open encounters."""

    what: str
    per_s: float
    encounters: int


LOADS = (
    Load(f"{CLAIMS_PER_S} claims/s", CLAIMS_PER_S, _FEW_OPEN),
    Load(f"a morning of {PEAK * CLAIMS_PER_S:,} claims/s", PEAK * CLAIMS_PER_S, _FEW_OPEN),
    Load(f"a replay at {REPLAY_PER_S:,} claims/s", REPLAY_PER_S, _FEW_OPEN),
    Load(
        f"{CLAIMS_PER_S} claims/s, {OPEN_ENCOUNTERS / 1e6:.0f} million open encounters",
        CLAIMS_PER_S,
        OPEN_ENCOUNTERS,
    ),
)


class Provision(NamedTuple):
    """Processes by calculation, and by simulation and memory, with a core each; the memory limit of
    an encounter process; the partitions of each topic."""

    on_paper: Processes
    processes: Processes
    limit_gib: int
    partitions: int


def provision(bench: Bench, mix: Mix, load: Load, seed: int) -> Provision:
    """The processes for a load at half use, at least two of each stage.

    The encounter stage also gets enough processes for its memory, with the smallest limit that does
    not need more processes.
    """
    found = fewest(bench, mix, seed, load.per_s).processes
    wanted = Processes(*(max(_AT_LEAST, count) for count in found))
    for limit_gib in _LIMITS_GIB:
        holding = -(-load.encounters // max(1, fits(bench, limit_gib * _GIB)))
        if holding <= wanted.encounter:
            break
    wanted = wanted._replace(encounter=max(wanted.encounter, holding))
    partitions = max(PARTITIONS, 2 * max(wanted))
    return Provision(by_hand(bench, mix, load.per_s), wanted, limit_gib, partitions)


def provision_lines(bench: Bench, mix: Mix, seed: int) -> Iterator[str]:
    """The table in Markdown."""
    yield (
        "| load | intake | encounter | supervision | memory limit, encounter | partitions "
        "| on paper |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for load in LOADS:
        found = provision(bench, mix, load, seed)
        counts = " | ".join(map(str, found.processes))
        on_paper = " + ".join(map(str, found.on_paper))
        yield (
            f"| {load.what} | {counts} | {found.limit_gib} GiB | {found.partitions} | {on_paper} |"
        )
