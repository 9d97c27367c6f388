"""The garbage collector of Python while claims are decided.

A batch of claims makes tens of thousands of objects that are gone at once, and almost no cycles.
With the usual thresholds the collector takes up to a quarter of the time, because it looks again
and again at the policies and at what a run remembers.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made, less those deleted, until the collector runs.
_COLLECT_AFTER = 10_000


def spare() -> None:
    """Exclude the objects made so far from garbage collection, and collect less often.

    For a process that does nothing else until it ends.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


@contextmanager
def spared() -> Iterator[None]:
    """As ``spare``, until the end of the block."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
