"""The rebill law over many encounters, on all cores.

`python -m tests.rebill 200000 0 hospital` checks 200,000 seeds from 0 on. ``office`` is the kind
without a third argument; ``pairs`` are two claims of one visit. ``antineoplastic`` has no
other drug.
"""

import multiprocessing
import sys
from functools import partial

from tests.rebill.encounters import (
    antineoplastic_encounter,
    encounter,
    hospital_encounter,
    pair,
)
from tests.rebill.pairs import rebilled_pair, violations_of_pair
from tests.rebill.rebill import decided, rebilled, violations

_CHUNK = 500
KINDS = {
    "office": encounter,
    "hospital": hospital_encounter,
    "antineoplastic": antineoplastic_encounter,
}


def main(count: str, first: str = "0", kind: str = "office") -> int:
    """Check the encounters of these seeds. Returns the exit code."""
    seeds = range(int(first), int(first) + int(count))
    broken = compared = 0
    with multiprocessing.Pool() as pool:
        for seed, was_compared, found in pool.imap(partial(_check, kind), seeds, _CHUNK):
            compared += was_compared
            if found:
                broken += 1
                if broken <= 10:
                    print(f"seed {seed}: {'; '.join(found)}", flush=True)
    print(f"{len(seeds):,} encounters, {compared:,} rebilled, {broken:,} break the law")
    return 1 if broken else 0


def _check(kind: str, seed: int) -> tuple[int, bool, list[str]]:
    if kind == "pairs":
        first, second = pair(seed)
        was_compared = rebilled_pair(first, second) is not None
        return seed, was_compared, list(violations_of_pair(first, second))
    claim = KINDS[kind](seed)
    return seed, rebilled(claim, decided(claim)) is not None, list(violations(claim))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
