"""`python -m tests.rebill 200000`: the rebill law over this many encounters, on all cores."""

import multiprocessing
import sys

from tests.rebill.encounters import encounter
from tests.rebill.rebill import violations

_CHUNK = 500


def main(count: int, first: int = 0) -> int:
    """Check the encounters of these seeds. Returns the exit code."""
    broken = 0
    with multiprocessing.Pool() as pool:
        for seed, found in pool.imap(_check, range(first, first + count), chunksize=_CHUNK):
            if found:
                broken += 1
                if broken <= 10:
                    print(f"seed {seed}: {'; '.join(found)}")
    print(f"{count:,} encounters, {broken:,} break the law")
    return 1 if broken else 0


def _check(seed: int) -> tuple[int, list[str]]:
    return seed, list(violations(encounter(seed)))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
