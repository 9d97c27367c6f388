"""A stage that has processed a few events, with or without state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stream_edits.engine.ports import Output, Record, StateView
from tests.engine.harness import Cluster, Counter, Stage, cluster

STATELESS: dict[str, Any] = {"changelog_topic": None, "internal_topics": frozenset()}


class Echo(Counter):
    """Sends each value on, without state."""

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        return [Output("out", record.key, record.value)]


def worked(stateless: bool = False) -> Cluster:
    """A broker on which a stage has processed three events."""
    broker = cluster(1)
    for value in (b"1", b"2", b"3"):
        broker.put("in", 0, b"k", value)
    stage = stateless_stage(broker) if stateless else Stage(broker)
    stage.start().run_rounds(2)
    stage.runner.close()
    assert broker.groups["g"].committed == {0: 3}
    return broker


def stateless_stage(broker: Cluster, **changes: Any) -> Stage:
    return Stage(broker, Echo(), **{**STATELESS, **changes})


def expire_offsets(broker: Cluster) -> None:
    broker.groups["g"].forget()
