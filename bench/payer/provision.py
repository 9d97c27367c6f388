"""What an operator should provision for each load of the payer, in one table."""

from collections.abc import Iterator
from typing import NamedTuple

from bench.payer.assumptions import CLAIMS_PER_S, OPEN_ENCOUNTERS, PARTITIONS, PEAK, REPLAY_PER_S
from bench.payer.claim import Mix
from bench.payer.encounters import fits
from bench.payer.figures import Bench
from bench.payer.pipeline import Processes
from bench.payer.replay import by_hand, fewest

_GIB = 1024**3
# Of a process of the encounter stage; the last is the limit in the chart's production values.
_LIMITS_GIB = (1, 2, 4)
# What waits at a time where claims do not wait for weeks.
_FEW_OPEN = 2_000_000
# One may be restarted while the other works.
_AT_LEAST = 2


class Load(NamedTuple):
    """Claims a second, and encounters that are open the while."""

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
    """Processes as reckoned by hand and as the simulation and memory want them, a core each; the
    memory limit of a process of the encounter stage; partitions of each topic."""

    on_paper: Processes
    processes: Processes
    limit_gib: int
    partitions: int


def provision(bench: Bench, mix: Mix, load: Load, seed: int) -> Provision:
    """As many as hold the load at half use, two at the least; of the encounter stage as many as
    hold its memory, under the smallest limit that does not ask for more of them."""
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
