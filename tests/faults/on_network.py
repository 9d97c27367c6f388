"""Faults of the network of the processes number 1, while they and the broker run."""

import time
from contextlib import AbstractContextManager

from tests.faults.trial import Trial

# Longer than a session, so that the group continues without them.
_GONE_S = 9.0
_SLOW_S = 12.0
_DELAY_S = 0.25


def cut(trial: Trial) -> str:
    return f"cut: {_for_a_while(trial, trial.link.cut(), _GONE_S)}"


def silent(trial: Trial) -> str:
    return f"silent, then all came late: {_for_a_while(trial, trial.link.silent(), _GONE_S)}"


def no_answers(trial: Trial) -> str:
    return (
        f"requests came, answers did not: {_for_a_while(trial, trial.link.no_answers(), _GONE_S)}"
    )


def slow(trial: Trial) -> str:
    outcome = _for_a_while(trial, trial.link.slow(_DELAY_S), _SLOW_S)
    return f"{_DELAY_S:g} s late, either way: {outcome}"


def _for_a_while(trial: Trial, trouble: AbstractContextManager[None], seconds: float) -> str:
    connections = trial.link.connections
    assert connections, "nobody was on the far side"
    with trouble:
        time.sleep(seconds)
    return f"{connections} connections for {seconds:g} s"
