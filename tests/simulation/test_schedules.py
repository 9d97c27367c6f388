"""Exactly once under every schedule: some hundreds here, ten thousand with `make simulate`."""

from __future__ import annotations

import pytest

from tests.memory_kafka.calls import CALL_NAMES
from tests.simulation.faults import AT_EVERY_CALL, Fault
from tests.simulation.machine import SETTINGS, ExactlyOnce
from tests.simulation.schedule import run_schedule
from tests.simulation.world import World

_A_TEST = 30


@pytest.mark.parametrize("first", range(0, 300, _A_TEST))
def test_committed_equals_the_fold_of_the_input(first: int) -> None:
    for seed in range(first, first + _A_TEST):
        run_schedule(seed)


@pytest.mark.parametrize("call", CALL_NAMES)
def test_every_fault_at_every_call(call: str) -> None:
    for fault in AT_EVERY_CALL:
        world = World(static=call == "subscribe")
        if call == "create_topic":
            # As in a deployment of an earlier version.
            world.broker.delete("known")
        world.inject(0, call, fault, times=1)
        _make_every_call(world)
        assert world.fired[call, fault] >= 1, f"{fault} never happened"
        world.settle()


def _make_every_call(world: World) -> None:
    """Make runner 0 start, commit, abort, retry, be evicted, forgotten, restore and stop."""

    def turn(times: int) -> None:
        for _ in range(times):
            for runner in (0, 0, 1):
                world.turn(runner, prefetched=True)
                world.check()

    for word in (b"plain", b"away"):
        for partition in range(3):
            world.send(partition, b"k0", word)
        turn(6)
        world.inject(0, "commit", Fault.ABORTABLE, times=1)
        world.away(True)
        for partition in range(3):
            world.send(partition, b"k1", b"delete")
            world.send(partition, b"k1", b"away")
        turn(6)
        world.away(False)
        world.wait(0, 31.0)
        turn(3)
        world.evict(0, deaf=1)
        turn(9)
        world.forget(0)
        turn(1)
        world.wait(0, 121.0)
        turn(3)
        world.stop(0)
        world.expire()
        world.start(0)
        turn(9)


TestExactlyOnce = ExactlyOnce.TestCase
TestExactlyOnce.settings = SETTINGS


def test_a_review_counts_once_and_never_after_a_change() -> None:
    world = World(static=False)
    world.send(0, b"k0", b"plain")
    world.review(0, b"k0", again=False)
    world.review(0, b"k0", again=True)
    world.review(0, b"k0", again=False)
    world.settle()
    outputs = [e for n in range(2) for e in world.broker.logs["out", n].entries if e is not None]
    assert [(entry.value or b"").split(b" ")[0] for entry in outputs if entry.committed] == [
        b"plain:1#1",
        b"review:2#2",
    ]
    assert world.invariants.dead_letters == 1
