"""A group member for the contract tests, which records its callbacks."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from stream_edits.engine.errors import Retriable
from stream_edits.engine.ports import Limits, Record, Sink
from tests.contract.clusters import Cluster

_T = TypeVar("_T")
# Short enough for an eviction within a test; see Real.evict.
IMPATIENT: dict[str, Any] = {
    "session_timeout_ms": 2000,
    "max_poll_interval_ms": 2500,
    "batch_budget_s": 0.5,
    "transaction_budget_s": 1.0,
}


class Member:
    """A member that starts its partitions at their committed offsets, or at those in `at`."""

    def __init__(self, cluster: Cluster, at: dict[int, int] | None = None, **changes: Any) -> None:
        self.cluster = cluster
        self.config = cluster.config(**changes)
        self.source = cluster.port.source(self.config)
        self.callbacks: list[str] = []
        self.owned: set[int] = set()
        self.records: list[Record] = []
        self._at = at or {}
        self.source.subscribe(self)

    def on_assign(self, partitions: Collection[int]) -> None:
        self.callbacks.append("assigned")
        self.owned = set(partitions)
        committed = answered(lambda: self.source.committed(partitions, 5.0)) if partitions else {}
        starts = {number: at.offset if at else 0 for number, at in committed.items()}
        self.source.assign({n: self._at.get(n, offset) for n, offset in starts.items()})

    def on_revoke(self, partitions: Collection[int]) -> None:
        self.callbacks.append("revoked")
        self.owned = set()

    def on_lost(self, partitions: Collection[int]) -> None:
        self.callbacks.append("lost")
        self.owned = set()

    @property
    def values(self) -> list[bytes | None]:
        """The values of the records read."""
        return [record.value for record in self.records]

    def poll(self, limit: int = 100) -> None:
        """Read more records."""
        self.records += self.source.consume(limit, 0.1)

    def until(self, condition: Callable[[], bool]) -> None:
        """Poll until the condition holds."""
        poll_until([self], condition)


def poll_until(members: Collection[Member], condition: Callable[[], bool]) -> None:
    """Poll all `members` until the condition holds."""

    def polled() -> bool:
        for member in members:
            member.poll()
        return condition()

    next(iter(members)).cluster.until(polled)


def share_all(members: Collection[Member], partitions: int = 4) -> None:
    """Poll until `members` share all partitions and each has at least one."""

    def shared() -> bool:
        owned = [number for member in members for number in member.owned]
        return sorted(owned) == list(range(partitions)) and all(m.owned for m in members)

    poll_until(members, shared)


def answered(question: Callable[[], _T], tries: int = 20) -> _T:
    """Call again while it raises Retriable."""
    for _ in range(tries - 1):
        try:
            return question()
        except Retriable:
            time.sleep(0.05)
    return question()


def done(call: Callable[[], None]) -> None:
    """Repeat a call of the producer until it succeeds."""
    answered(call)


def writer(cluster: Cluster, name: str = "g-count-0", **changes: Any) -> Sink:
    """A producer after `init`."""
    limits = Limits(1_048_588)
    sink = cluster.port.sink(cluster.config(transactional_id=name, **changes), limits)
    done(sink.init)
    return sink
