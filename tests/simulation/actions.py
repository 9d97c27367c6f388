"""The table of actions, for the seeded schedules and for the Hypothesis machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.memory_kafka.calls import CALL_NAMES
from tests.simulation.cluster import PARTITIONS
from tests.simulation.faults import AT_EVERY_CALL, STANDSTILLS, Fault
from tests.simulation.fleet import RUNNERS
from tests.simulation.ledger import WORDS
from tests.simulation.world import World


class Action(NamedTuple):
    """A method of World, its weight, and the values of its parameters."""

    method: Callable[..., None]
    weight: float
    parameters: Mapping[str, Sequence[Any]]

    @property
    def name(self) -> str:
        return self.method.__name__


_RUNNER = {"runner": range(RUNNERS)}
_PARTITION = {"partition": range(PARTITIONS)}
_KEYS = (b"k0", b"k1", b"k2")
_ENDS = ("committed", "aborted")
_ANY_CALL = {**_RUNNER, "call": CALL_NAMES, "fault": AT_EVERY_CALL}
_EVERY_ROUND = (
    *("consume", "begin", "produce_at", "produce", "send_offsets", "commit", "abort"),
    *("committed", "read_changelog"),
)
_MOSTLY_ABORTS = (*[Fault.ABORTABLE] * 6, Fault.RETRIABLE, Fault.UNKNOWN, *AT_EVERY_CALL)

ACTIONS = [
    Action(World.send, 16, {**_PARTITION, "key": _KEYS, "word": (b"plain", b"plain", *WORDS)}),
    Action(World.review, 5, {**_PARTITION, "key": _KEYS, "again": (False, False, True)}),
    Action(World.send_in_transaction, 2, {**_PARTITION, "state": (*_ENDS, "open")}),
    Action(World.end_upstream, 2, {"state": _ENDS}),
    Action(World.turn, 45, {**_RUNNER, "prefetched": (False, True)}),
    Action(World.work, 5, {"rounds": (2, 5), "key": _KEYS}),
    Action(World.wait, 2, {**_RUNNER, "seconds": (1.0, 31.0, 121.0)}),
    Action(World.crash, 1, _RUNNER),
    Action(World.stop, 1, _RUNNER),
    Action(World.start, 3, _RUNNER),
    Action(World.evict, 2, {**_RUNNER, "deaf": range(3)}),
    Action(World.forget, 0.5, _RUNNER),
    Action(World.inject, 6, {**_ANY_CALL, "times": (1, 1, 1, 2, 80)}),
    Action(World.disturb, 10, {**_RUNNER, "call": _EVERY_ROUND, "fault": _MOSTLY_ABORTS}),
    Action(World.interrupt, 1, {**_RUNNER, "fault": STANDSTILLS}),
    Action(World.lose_commit, 2, _RUNNER),
    Action(World.lose_answer, 1, _RUNNER),
    Action(World.overtake, 0.5, _RUNNER),
    Action(World.away, 2, {"away": (False, False, True)}),
    Action(World.expire, 4, {}),
    Action(World.deliver, 4, {}),
    Action(World.hold_markers, 1, {}),
    Action(World.write_marker, 4, {"number": range(3)}),
    Action(World.release_markers, 1, {}),
    Action(World.compact, 1, _PARTITION),
    Action(World.expire_input, 0.5, _PARTITION),
    Action(World.recreate, 0.4, {"topic": ("in", "log", "out", "dead")}),
    Action(World.expire_offsets, 0.2, {}),
    Action(World.operate, 2, {}),
]
