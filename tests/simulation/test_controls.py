"""Without any one of the fences, the same schedules violate an invariant."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.controls import CONTROLS, Control, until_red
from tests.simulation.invariants import Violation
from tests.simulation.machine import SETTINGS, ExactlyOnce
from tests.simulation.schedule import run_schedule


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_it_goes_red_without(control: Control) -> None:
    assert until_red(control) is not None, f"nothing shows that {control.fence} is needed"


def test_the_machine_goes_red_too(monkeypatch: pytest.MonkeyPatch) -> None:
    (control,) = [c for c in CONTROLS if c.name == "no_rollback_of_a_batch"]
    control.remove(monkeypatch)
    with pytest.raises(Violation):
        run_state_machine_as_test(
            ExactlyOnce, settings=settings(SETTINGS, phases=[Phase.generate], database=None)
        )


def test_a_seed_is_the_whole_schedule() -> None:
    assert run_schedule(11) == run_schedule(11)
