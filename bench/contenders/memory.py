"""Memory of ``job.records`` open encounters in the store that a stage uses.

A few thousand claims without documents go through the stage and stay open. Their state is copied
under new keys until there are enough.
"""

import gc
import os
import time

from bench.inputs import state_of_waiting
from bench.job import Job, Meter, memory_mb
from stream_edits.engine.state.store import MemoryStore

_SEEN = 2000


def run(job: Job) -> None:
    """Fill the store, and report the growth of the process's memory."""
    seen = state_of_waiting(_SEEN)
    held = sum(len(key) + len(value) for key, value in seen.items())
    store = MemoryStore()
    before = memory_mb("VmRSS")
    for _ in range(job.records // _SEEN):
        for key, value in seen.items():
            # A new bytes object for each, as for decoded changelog records.
            store.put(key[:1] + os.urandom(16), bytes(bytearray(value)))
    grown = memory_mb("VmRSS") - before
    begun = time.perf_counter()
    gc.collect()
    collected_ms = (time.perf_counter() - begun) * 1000
    meter = Meter(job.records)
    meter.report(
        encounters=job.records,
        store_mb=grown,
        bytes_held=held / _SEEN,
        entries=len(store) / job.records,
        collected_ms=collected_ms,
    )
