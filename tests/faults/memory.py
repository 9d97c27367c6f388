"""The check that a process's memory is bounded, by its resident set.

Bounded means: once warm, a process may grow by the size of the whole state of its stage and by a
fixed allowance, however many events it processes. During faults it may have owned every partition,
and an allocator returns little memory. Hence the whole state counts, with a factor for Python's
overhead per entry and for one restore in progress. Intake has no state, so only the allowance
counts.
"""

from pathlib import Path
from statistics import median
from typing import NamedTuple

# Imports, caches and the first rebalances are done by then.
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
    """The memory of a process when it was warm, at its end, and minute by minute, in bytes."""

    stage: str
    seconds: float
    warm: int
    end: int
    allowed: int
    minutes: tuple[int, ...] = ()

    @property
    def grown(self) -> int:
        return self.end - self.warm

    @property
    def bounded(self) -> bool:
        return self.grown <= self.allowed

    def curve(self) -> str:
        """Its memory at each minute, in MiB."""
        shown = " ".join(f"{each / 2**20:.0f}" for each in self.minutes)
        return f"{self.stage}: +{self.grown / 2**20:.1f} of {self.allowed / 2**20:.1f} MiB: {shown}"


class State(NamedTuple):
    """The state of a stage at the end, in all its partitions."""

    entries: int
    bytes: int

    @property
    def in_memory(self) -> int:
        """The most memory that a process may need for it, in bytes."""
        return int(STATE_FACTOR * (self.bytes + AROUND_AN_ENTRY * self.entries))


def resident_bytes(pid: int) -> int:
    """The resident set of a process in bytes, 0 if the process has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    kib = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(kib[0]) * 1024 if kib else 0


def growth(life: Life, state: State) -> Growth | None:
    """The growth from the warm window to the last one, None for a life that is too short."""
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
        _by_minute(life),
    )


def _by_minute(life: Life) -> tuple[int, ...]:
    minutes: dict[int, list[int]] = {}
    for at, size in life.samples:
        minutes.setdefault(int((at - life.samples[0][0]) // 60), []).append(size)
    return tuple(int(median(sizes)) for _, sizes in sorted(minutes.items()))
