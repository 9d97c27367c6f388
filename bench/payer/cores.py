"""CPU time."""

from collections.abc import Generator
from math import inf

import simpy

Steps = Generator[simpy.Event, object, None]


class Cores:
    """CPU cores, shared in time slices of `slice_s` seconds.

    Three threads of one process share one core, with slices of the interpreter's switch interval. A
    process with a core of its own never waits for it.
    """

    def __init__(self, env: simpy.Environment, count: int = 1, slice_s: float = inf) -> None:
        self._env = env
        self._cores = simpy.Resource(env, count)
        self._slice_s = slice_s

    def work(self, seconds: float) -> Steps:
        """Use this much CPU time, waiting for a core when needed."""
        left = seconds
        while left > 0:
            with self._cores.request() as turn:
                yield turn
                spent = min(left, self._slice_s)
                yield self._env.timeout(spent)
            left -= spent
