"""The processes of one stage on one cluster, and what can happen to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from stream_edits.engine.config import StartFrom
from stream_edits.engine.errors import (
    BreakerOpen,
    ClientError,
    EngineStopped,
    Interrupted,
    LostOffset,
    ProgressAhead,
    StateBehind,
    TopicReplaced,
    TopicsUnfit,
)
from tests.memory_kafka.log import Txn
from tests.memory_kafka.sink import MemorySink
from tests.memory_kafka.source import MemorySource
from tests.simulation.cluster import cluster
from tests.simulation.faults import Bug, Crashed, Fault, Plan
from tests.simulation.invariants import Kind, Violation
from tests.simulation.ledger import Outside
from tests.simulation.process import Process

RUNNERS = 3
_MEANWHILE = 6
# No fault here may lead to these: state and offset differ, or the input seems to be gone.
_REFUSALS = (BreakerOpen, LostOffset, ProgressAhead, StateBehind, TopicReplaced, TopicsUnfit)


class Fleet:
    """The processes of the stage.

    `static` gives the members a group.instance.id. With `lenient`, for the negative controls, an
    error that was not injected only ends its process, as in production.
    """

    def __init__(self, static: bool, lenient: bool) -> None:
        self.broker = cluster()
        # Topics that were created again and that no operator has seen to.
        self.replaced: set[str] = set()
        # The group's committed offsets have expired once.
        self.expired = False
        self.start_from: StartFrom | None = None
        self.counts: Counter[str] = Counter()
        self.fired: Counter[tuple[str, Fault]] = Counter()
        self.outside = Outside()
        self.enabled = [True] * RUNNERS
        self.processes: list[Process | None] = [None] * RUNNERS
        self.plans = [self._plan(index) for index in range(RUNNERS)]
        self.ended: Counter[int] = Counter()
        self._static = static
        self._lenient = lenient
        # The runners whose turn is not over: while one is paused, the others must not run it.
        self._busy: set[int] = set()
        self._dead: list[Process] = []
        self._in_flight: list[tuple[MemorySink, Txn]] = []

    def turn(self, runner: int, prefetched: bool) -> None:
        """Run one round of a runner, or start it again if it has ended."""
        if runner in self._busy or not self.enabled[runner]:
            return
        self._busy.add(runner)
        process = self.processes[runner]
        if process is None:
            plan = self.plans[runner]
            process = Process(
                self.broker, runner, plan, self.outside, self._static, self.start_from
            )
            self.processes[runner] = process
        try:
            process.turn(prefetched)
        except Crashed:
            self._bury(runner)
        except Exception as failure:
            self._judge(failure, process)
            self._end(runner)
        finally:
            self._busy.discard(runner)

    def wait(self, runner: int, seconds: float) -> None:
        """Time passes for a runner."""
        process = self.processes[runner]
        if process is not None:
            process.clock.time_s += seconds

    def crash(self, runner: int) -> None:
        """SIGKILL: nothing is closed. Member and transaction remain until they time out."""
        if self.processes[runner] is not None and runner not in self._busy:
            self.counts["crashes"] += 1
            self._bury(runner)

    def stop(self, runner: int) -> None:
        """SIGTERM: an orderly shutdown, until `start`."""
        self.enabled[runner] = False
        if self.processes[runner] is not None and runner not in self._busy:
            self.counts["clean stops"] += 1
            self._end(runner)

    def start(self, runner: int) -> None:
        """Allow the runner to be started again."""
        self.enabled[runner] = True

    def evict(self, runner: int, deaf: int) -> None:
        """Its session times out. It learns of it after `deaf` more polls."""
        source = self._source(runner)
        if source is not None and source.listener is not None:
            self.counts["evictions"] += 1
            self.broker.evict(source, deaf)

    def forget(self, runner: int) -> None:
        """The coordinator forgets it in a rebalance, and its client waits for the answer."""
        source = self._source(runner)
        if source is not None and source.listener is not None:
            self.counts["members forgotten"] += 1
            source.forgotten = True

    def inject(self, runner: int, call: str, fault: Fault, times: int) -> None:
        """Make the runner's next calls of this name fail; many in a row only if it may retry."""
        many = fault in (Fault.RETRIABLE, Fault.UNKNOWN)
        self.plans[runner].arm(call, fault, times if many else min(times, 2))

    def disturb(self, runner: int, call: str, fault: Fault) -> None:
        """Make one of the calls of every round, or of every assignment, fail once."""
        self.plans[runner].arm(call, fault)

    def interrupt(self, runner: int, fault: Fault) -> None:
        """Inject a fault while the runner processes its next event."""
        self.plans[runner].arm("process", fault)

    def lose_commit(self, runner: int) -> None:
        """End the runner's process while its next commit is in flight."""
        self.plans[runner].arm("commit", Fault.IN_FLIGHT)

    def lose_answer(self, runner: int) -> None:
        """Lose the answer to the runner's next commit, and fence it before it asks again."""
        self.plans[runner].arm("commit", Fault.UNKNOWN)
        self.plans[runner].arm("commit", Fault.DOUBLED)

    def overtake(self, runner: int) -> None:
        """Let the start of an assignment overtake a pause: records are delivered in spite of it."""
        source = self._source(runner)
        if source is not None:
            source.paused.clear()

    def expire(self) -> None:
        """Members and transactions of processes that ended time out."""
        for process in self._dead:
            source, sink = process.source, process.sink
            if source is not None:
                self.broker.evict(source)
            if sink is not None and not sink.ended:
                self.counts["transactions timed out"] += 1
                self.broker.time_out(sink)
        self._dead.clear()

    def deliver(self) -> None:
        """Deliver the commits that were in flight when their process ended."""
        for sink, txn in self._in_flight:
            if not sink.fenced and txn.state == "open":
                self.counts["late commits"] += 1
                self.broker.finish(txn, "committed")
        self._in_flight.clear()

    def _source(self, runner: int) -> MemorySource | None:
        process = self.processes[runner]
        return process.source if process is not None else None

    def _plan(self, runner: int) -> Plan:
        return Plan(
            lambda fault: self._meanwhile(runner, fault),
            lambda: self._send_off(runner),
            self.fired,
        )

    def _meanwhile(self, runner: int, fault: Fault) -> None:
        """Run the other runners while this one is paused between two instructions."""
        process = self.processes[runner]
        source, sink = (process.source, process.sink) if process is not None else (None, None)
        if fault is Fault.DOUBLED and process is not None:
            # It ends before it joins the group.
            self.counts["numbers used twice"] += 1
            self.broker.sink(replace(process.config)).init()
        elif fault is not Fault.PAUSE and source is not None and source.listener is not None:
            self.counts["zombies"] += 1
            self.broker.evict(source)
        if fault is Fault.TIMED_OUT and sink is not None:
            self.counts["transactions timed out"] += not sink.ended
            self.broker.time_out(sink)
        for _ in range(_MEANWHILE):
            for other in range(RUNNERS):
                self.turn(other, False)

    def _send_off(self, runner: int) -> None:
        process = self.processes[runner]
        sink = process.sink if process is not None else None
        if sink is not None and sink.txn is not None and not sink.ended:
            self._in_flight.append((sink, sink.txn))

    def _judge(self, failure: Exception, process: Process) -> None:
        """Raise unless the faults explain this end.

        An evicted member that has not learned of it may find newer offsets than its own.
        """
        if isinstance(failure, Violation):
            raise failure
        if isinstance(failure, EngineStopped) and self._is_told(failure, process):
            return
        if isinstance(failure, _REFUSALS) and (process.source is None or process.source.current):
            raise Violation(Kind.REFUSED, str(failure)) from failure
        if not isinstance(failure, (EngineStopped, ClientError, Interrupted, Bug)):
            self.counts["other errors"] += 1
            if not self._lenient:
                raise Violation(Kind.BUG, repr(failure)) from failure

    def _is_told(self, failure: EngineStopped, process: Process) -> bool:
        """Whether an operator has given the process a reason for this stop."""
        if isinstance(failure, TopicReplaced):
            return any(f"topic {topic} " in str(failure) for topic in self.replaced)
        if isinstance(failure, (ProgressAhead, StateBehind)):
            # The ids could not be asked for at that moment; the next start names the topic.
            return "log" in self.replaced
        if "no committed offset" not in str(failure):
            return False
        expired = self.expired and process.config.start_from != "progress"
        return expired or "in" in self.replaced

    def _end(self, runner: int) -> None:
        """Close what the process has, as far as it can, and remove it."""
        process = self.processes[runner]
        assert process is not None
        try:
            process.runner.close()
        except (Crashed, EngineStopped, ClientError, Interrupted, Bug):
            self.counts["failed closes"] += 1
        self._bury(runner)

    def _bury(self, runner: int) -> None:
        process, self.processes[runner] = self.processes[runner], None
        assert process is not None
        process.free_readers()
        self._dead.append(process)
        self.ended[runner] += 1
