"""Is a process's memory bounded? Judged from outside, by its resident set.

Bounded means: once warm, a process may grow by what the whole state of its stage explains and by a
fixed allowance, however many events it handles. A process that has lived among faults may have held
every partition for a while, and an allocator gives little back; hence the whole state, and a factor
for what Python needs around each entry and for one restore beside it. Intake has no state: it may
grow by the allowance alone.
"""

from pathlib import Path
from statistics import median
from typing import NamedTuple

# Imports, caches and the first rebalances are over by then.
WARM_UP_S = 60.0
WINDOW_S = 30.0
SHORTEST_S = WARM_UP_S + 2 * WINDOW_S

ALLOWANCE = 8 * 2**20
AROUND_AN_ENTRY = 300
STATE_FACTOR = 1.5


class Life(NamedTuple):
    """One process of a stage: (Unix time, resident bytes), every few seconds."""

    stage: str
    samples: list[tuple[float, int]]

    @property
    def seconds(self) -> float:
        return self.samples[-1][0] - self.samples[0][0] if self.samples else 0.0


class Growth(NamedTuple):
    """How much memory a process had when it was warm, and at its end, in bytes."""

    stage: str
    seconds: float
    warm: int
    end: int
    allowed: int

    @property
    def grown(self) -> int:
        return self.end - self.warm

    @property
    def bounded(self) -> bool:
        return self.grown <= self.allowed


class State(NamedTuple):
    """What a stage remembers at the end, in all its partitions."""

    entries: int
    bytes: int

    @property
    def in_memory(self) -> int:
        """The most that a process may have needed for it."""
        return int(STATE_FACTOR * (self.bytes + AROUND_AN_ENTRY * self.entries))


def resident_bytes(pid: int) -> int:
    """The resident set of a process; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    kib = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(kib[0]) * 1024 if kib else 0


def growth(life: Life, state: State) -> Growth | None:
    """From the warm window to the last one; None for a life too short to tell."""
    if life.seconds < SHORTEST_S:
        return None
    (begun, _), (ended, _) = life.samples[0], life.samples[-1]
    warm = [b for at, b in life.samples if WARM_UP_S <= at - begun < WARM_UP_S + WINDOW_S]
    last = [b for at, b in life.samples if ended - at < WINDOW_S]
    return Growth(
        life.stage,
        life.seconds,
        int(median(warm)),
        int(median(last)),
        ALLOWANCE + state.in_memory,
    )
