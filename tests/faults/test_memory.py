"""The check for bounded memory, on synthetic lives of processes."""

import os
import re
from pathlib import Path

from tests.faults.memory import ALLOWANCE, Growth, Life, State, growth, resident_bytes

NOTHING = State(0, 0)
BASE = 80 * 2**20


def lived(seconds: int, a_second: int, begin: int = BASE) -> Life:
    """A process that grows evenly, measured every two seconds."""
    return Life("intake", [(1000.0 + t, begin + t * a_second) for t in range(0, seconds, 2)])


def judged(life: Life, state: State = NOTHING) -> Growth:
    found = growth(life, state)
    assert found is not None
    return found


def test_a_process_that_does_not_grow_is_bounded() -> None:
    still = judged(lived(600, 0))
    assert (still.warm, still.end, still.grown, still.bounded) == (BASE, BASE, 0, True)


def test_a_leak_is_found_and_the_same_growth_of_state_is_not_one() -> None:
    leak = lived(600, 3 * ALLOWANCE // 600)
    assert not judged(leak).bounded
    assert judged(leak, State(entries=1000, bytes=2 * ALLOWANCE)).bounded


def test_the_warm_up_is_not_counted() -> None:
    life = lived(600, 0)
    life.samples[:20] = [(at, 1) for at, _ in life.samples[:20]]
    assert judged(life).grown == 0


def test_a_short_life_is_not_judged() -> None:
    assert growth(lived(100, 0), NOTHING) is None
    assert growth(Life("intake", []), NOTHING) is None


def test_the_resident_set_is_that_of_the_process() -> None:
    statm = Path("/proc/self/statm").read_text().split()
    pages = int(statm[1]) * os.sysconf("SC_PAGE_SIZE")
    assert 0.5 < resident_bytes(os.getpid()) / pages < 2
    assert resident_bytes(_nobody()) == 0


def _nobody() -> int:
    """An unused process id."""
    taken = {int(name) for name in os.listdir("/proc") if re.fullmatch(r"\d+", name)}
    return max(taken) + 100_000
