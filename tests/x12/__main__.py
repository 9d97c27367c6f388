"""Mutated 837 files: no traceback, no hang, no claim with another claim's data.

`python -m tests.x12 500000 0` tries the inputs of 500,000 seeds from 0 on. A broken input is kept
in `build/x12`.
"""

import random
import sys
import time
import traceback
from multiprocessing import Pool
from pathlib import Path

from tests.x12.mutating import mutated
from tests.x12.property import violations
from tests.x12.samples import seeds

_KEPT = Path("build") / "x12"
_SLOW_S = 10.0
_CHUNK = 200


def main(count: str, first: str = "0", processes: str = "1") -> int:
    """Try the inputs of these seeds. Returns the exit code."""
    numbers = range(int(first), int(first) + int(count))
    broken = 0
    with Pool(int(processes)) as pool:
        for seed, problem in pool.imap_unordered(check, numbers, _CHUNK):
            if problem:
                broken += 1
                _KEPT.mkdir(parents=True, exist_ok=True)
                (_KEPT / f"{seed}.837").write_bytes(input_of(seed))
                print(f"seed {seed}: {problem}", flush=True)
    print(f"{len(numbers):,} mutated files, {broken:,} broken")
    return 1 if broken else 0


def input_of(seed: int) -> bytes:
    """The mutated file of a seed."""
    rng = random.Random(seed)
    files = seeds()
    return mutated(rng.choice(files), files, rng)


def check(seed: int) -> tuple[int, str]:
    """What is wrong with how the file of a seed is read, or nothing."""
    data = input_of(seed)
    started = time.process_time()
    try:
        found = violations(data)
    except Exception:
        return seed, traceback.format_exc()
    if time.process_time() - started > _SLOW_S:
        found.append("it takes too long")
    return seed, "; ".join(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
