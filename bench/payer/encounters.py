"""A hundred million open encounters: memory and restore time, computed from the bench's figures.

`scenarios` simulates the effect of a restore on claims.
"""

from typing import NamedTuple

from bench.payer.assumptions import BROKERS_MB_PER_S, CHANGELOG_TIMES, MEMORY_USE, OPEN_ENCOUNTERS
from bench.payer.figures import Bench

_MB = 1e6


class Share(NamedTuple):
    """The share of one process. `alone_s` is its restore time when no other process restores,
    `together_s` when all do, as after a complete outage."""

    processes: int
    encounters: float
    memory_bytes: float
    alone_s: float
    together_s: float


def share(bench: Bench, processes: int) -> Share:
    """An even share of all open encounters."""
    each = OPEN_ENCOUNTERS / processes
    alone_s = each * CHANGELOG_TIMES * bench.restore_s
    sent_s = OPEN_ENCOUNTERS * CHANGELOG_TIMES * bench.wire_bytes / (BROKERS_MB_PER_S * _MB)
    memory = bench.process_bytes + each * bench.encounter_bytes
    return Share(processes, each, memory, alone_s, max(alone_s, sent_s))


def fits(bench: Bench, limit_bytes: float) -> int:
    """The number of open encounters that a process with this memory limit can hold."""
    return int((limit_bytes * MEMORY_USE - bench.process_bytes) / bench.encounter_bytes)
