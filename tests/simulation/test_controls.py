"""Without any one fence the same schedules go red, by an invariant that says what went wrong."""

from __future__ import annotations

import pytest

from tests.simulation.controls import CONTROLS, Control, until_red


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_it_goes_red_without(control: Control) -> None:
    assert until_red(control) is not None, f"nothing shows that {control.fence} is needed"
