"""One simulated process: a runner of the stage with its clients, from its start to its end."""

from __future__ import annotations

from collections.abc import Iterable

from stream_edits.engine.config import StartFrom
from stream_edits.engine.membership.partitions import Partitions
from stream_edits.engine.ports import Output, Record, StateView
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics
from tests.engine.harness import FakeClock, config
from tests.memory_kafka.broker import Broker
from tests.memory_kafka.calls import InterceptedPort
from tests.memory_kafka.log import Txn
from tests.memory_kafka.sink import MemorySink
from tests.memory_kafka.source import MemorySource
from tests.simulation.faults import Plan
from tests.simulation.invariants import Kind, Violation
from tests.simulation.ledger import Ledger, Outside

# Created once, because it takes longer than many a schedule. No outcome depends on metrics.
_METRICS = Metrics()
_TURN_S = 0.3


def transactional_id(ordinal: int) -> str:
    """The same after a restart."""
    return f"g-count-{ordinal}"


class Process:
    """`ordinal` stays the same over restarts, like that of a pod in a StatefulSet."""

    def __init__(
        self,
        broker: Broker,
        ordinal: int,
        plan: Plan,
        outside: Outside,
        static: bool,
        start_from: StartFrom | None,
    ) -> None:
        self.broker = broker
        self.ordinal = ordinal
        self.config = config(
            transactional_id=transactional_id(ordinal),
            group_instance_id=f"pod-{ordinal}" if static else None,
            batch_size=3,
            assign_budget_s=20.0,
            start_from=start_from,
        )
        self.clock = FakeClock()
        ledger = _Interrupted(Ledger(outside), plan)
        port = InterceptedPort(broker, plan)
        self.runner = StageRunner(self.config, ledger, port, _METRICS, self.clock)
        self.started = False

    @property
    def source(self) -> MemorySource | None:
        """Its group member, once it has one."""
        return next((s for s in self.broker.sources if s.config is self.config), None)

    @property
    def sink(self) -> MemorySink | None:
        """Its newest producer, once it has one."""
        return next((s for s in reversed(self.broker.sinks) if s.config is self.config), None)

    @property
    def partitions(self) -> Partitions | None:
        """Its partitions, once they are restored."""
        member = self.runner._member
        return member.partitions if member is not None and self.runner.ready else None

    @property
    def idle(self) -> bool:
        """True if it is restored and holds no uncommitted event."""
        member = self.runner._member
        return (
            self.runner.ready and member is not None and member.inbox.uncommitted_since_ms() is None
        )

    def turn(self, prefetched: bool) -> None:
        """Start, or run one round."""
        self.clock.time_s += _TURN_S
        source = self.source
        if source is not None:
            source.prefetched = prefetched
        if self.started:
            self.runner.run_round()
            return
        self.started = True
        self.runner.start()
        if self._left_open():
            raise Violation(Kind.HANGING, self.config.transactional_id)

    def free_readers(self) -> None:
        """Close the readers of a process that ended, as the operating system does."""
        for reader in [r for r in self.broker.readers if r.config is self.config]:
            reader.close()

    def _left_open(self) -> list[Txn]:
        """Transactions that earlier processes of the same ordinal left open."""
        prefix = f"g-count-{self.ordinal}"
        return [
            sink.txn
            for sink in self.broker.sinks
            if sink.config is not self.config
            and sink.config.transactional_id.startswith(prefix)
            and sink.txn is not None
            and not sink.ended
            # A fenced producer may begin one that has no effect.
            and (sink.txn.touched or sink.txn.offsets)
        ]


class _Interrupted:
    """A processor in which faults happen, as in a call of a client."""

    def __init__(self, ledger: Ledger, plan: Plan) -> None:
        self._ledger = ledger
        self._plan = plan

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        self._plan.before("process", self, None)
        outputs = list(self._ledger.process(record, state))
        self._plan.after("process", self)
        return outputs
