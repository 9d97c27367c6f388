"""The same actions as a Hypothesis state machine, which shrinks what it finds."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.simulation.actions import ACTIONS, Action
from tests.simulation.world import World

# The same examples in every run.
SETTINGS = settings(max_examples=60, stateful_step_count=60, deadline=None, derandomize=True)


class ExactlyOnce(RuleBasedStateMachine):
    """One rule for each action, and the invariants after every step."""

    world: World | None = None

    @initialize(static=st.booleans())
    def begin(self, static: bool) -> None:
        self.world = World(static)

    @invariant()
    def committed_equals_the_fold_of_the_input(self) -> None:
        if self.world is not None:
            world, self.world = self.world, None
            world.check()
            # Unset after a violation: then there is nothing to settle.
            self.world = world

    def teardown(self) -> None:
        if self.world is not None:
            self.world.settle()


def _rule(action: Action) -> Any:
    def act(self: ExactlyOnce, **chosen: object) -> None:
        world, self.world = self.world, None
        assert world is not None
        action.method(world, **chosen)
        self.world = world

    act.__name__ = action.name
    values: dict[str, Any] = {
        name: st.sampled_from(list(of)) for name, of in action.parameters.items()
    }
    rule_of: Any = rule
    return rule_of(**values)(act)


for _action in ACTIONS:
    setattr(ExactlyOnce, _action.name, _rule(_action))
