"""Processor time."""

from collections.abc import Generator
from math import inf

import simpy

Steps = Generator[simpy.Event, object, None]


class Cores:
    """So many cores that whoever works shares in turns of `slice_s`.

    Three threads of one process are one core with turns of the interpreter's switch interval;
    a process with a core of its own never waits for it.
    """

    def __init__(self, env: simpy.Environment, count: int = 1, slice_s: float = inf) -> None:
        self._env = env
        self._cores = simpy.Resource(env, count)
        self._slice_s = slice_s

    def work(self, seconds: float) -> Steps:
        """Work for so long, however long that takes."""
        left = seconds
        while left > 0:
            with self._cores.request() as turn:
                yield turn
                spent = min(left, self._slice_s)
                yield self._env.timeout(spent)
            left -= spent
