"""`synthetic`: made-up claims, for trying things out."""

import sys
import time

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.synthetic.generator import generate

_WITHOUT_END = 2**62


def print_synthetic(encounters: int | None, seed: int, rate: float | None) -> int:
    """Print the claims of `encounters` encounters as JSON lines; None goes on without an end.

    The same seed gives the same claims. With `rate`, at most so many claims a second. Returns the
    number of claims.
    """
    count = 0
    begun = time.monotonic()
    for claim in generate(seed, _WITHOUT_END if encounters is None else encounters):
        if rate is not None:
            time.sleep(max(0.0, begun + count / rate - time.monotonic()))
        sys.stdout.write(claim_to_json(claim) + "\n")
        if rate is not None:
            sys.stdout.flush()
        count += 1
    sys.stdout.flush()
    return count
