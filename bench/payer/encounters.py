"""A hundred million open encounters: what they take of memory, and how long it takes to have them
back. On paper, from the figures of the bench; `scenarios` has what the claims notice of it."""

from typing import NamedTuple

from bench.payer.assumptions import BROKERS_MB_PER_S, CHANGELOG_TIMES, MEMORY_USE, OPEN_ENCOUNTERS
from bench.payer.figures import Bench

_MB = 1e6


class Share(NamedTuple):
    """What one of so many processes holds. `alone_s` is its restore when only it restores,
    `together_s` when all do, as after an outage of the whole."""

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
    """How many open encounters a process of this memory limit can hold."""
    return int((limit_bytes * MEMORY_USE - bench.process_bytes) / bench.encounter_bytes)
