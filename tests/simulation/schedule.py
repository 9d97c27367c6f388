"""Schedules drawn from a seed: the same seed gives the same run."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.actions import ACTIONS
from tests.simulation.faults import Fault
from tests.simulation.invariants import Violation
from tests.simulation.world import World

STEPS = 150
_WEIGHTS = [action.weight for action in ACTIONS]


@dataclass
class Tally:
    """Totals over some schedules."""

    counts: Counter[str] = field(default_factory=Counter)
    fired: Counter[tuple[str, Fault]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add the totals of another."""
        self.counts.update(other.counts)
        self.fired.update(other.fired)


def run_schedule(seed: int, lenient: bool = False, steps: int = STEPS) -> Tally:
    """Run one schedule. Raises Violation, with the seed and the steps in its notes."""
    dice = random.Random(seed)
    world = World(static=dice.random() < 0.3, lenient=lenient)
    trace: list[str] = []
    try:
        for action in dice.choices(ACTIONS, _WEIGHTS, k=steps):
            chosen = {name: dice.choice(values) for name, values in action.parameters.items()}
            trace.append(f"{action.name}({', '.join(f'{k}={v!r}' for k, v in chosen.items())})")
            action.method(world, **chosen)
            world.check()
        world.settle()
    except Violation as violation:
        violation.add_note(f"seed {seed}, after:\n" + "\n".join(trace))
        raise
    tally = Tally(Counter(world.counts), Counter(world.fired))
    tally.counts.update(
        {
            "schedules": 1,
            "steps": steps,
            "processes ended": world.ended.total(),
            "rebalances": world.rebalances,
            "events decided": world.invariants.events,
            "dead letters": world.invariants.dead_letters,
        }
    )
    return tally
