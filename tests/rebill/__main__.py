"""`python -m tests.rebill 200000`: the rebill law over this many encounters, on all cores."""

import multiprocessing
import sys

from tests.rebill.encounters import encounter
from tests.rebill.rebill import decided, rebilled, violations

_CHUNK = 500


def main(count: int, first: int = 0) -> int:
    """Check the encounters of these seeds. Returns the exit code."""
    broken = compared = 0
    with multiprocessing.Pool() as pool:
        for seed, was_compared, found in pool.imap(
            _check, range(first, first + count), chunksize=_CHUNK
        ):
            compared += was_compared
            if found:
                broken += 1
                if broken <= 10:
                    print(f"seed {seed}: {'; '.join(found)}")
    print(f"{count:,} encounters, {compared:,} rebilled, {broken:,} break the law")
    return 1 if broken else 0


def _check(seed: int) -> tuple[int, bool, list[str]]:
    claim = encounter(seed)
    return seed, rebilled(claim, decided(claim)) is not None, list(violations(claim))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
