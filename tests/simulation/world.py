"""A cluster, some processes of one stage, and everything that can happen to them.

Every public action takes plain values, so that a seed and Hypothesis can choose them alike (see
`actions`). `check` must pass after each; `settle` ends all faults, and then everything must drain.
"""

from __future__ import annotations

from collections import Counter

from stream_edits.engine.errors import (
    BreakerOpen,
    ClientError,
    EngineStopped,
    Interrupted,
    LostOffset,
    ProgressAhead,
    StateBehind,
    TopicsUnfit,
)
from tests.memory_kafka.broker import Broker
from tests.memory_kafka.log import Txn
from tests.memory_kafka.sink import MemorySink
from tests.simulation.faults import Bug, Crashed, Fault, Plan
from tests.simulation.invariants import GROUP, Invariants, Kind, Violation
from tests.simulation.ledger import Outside
from tests.simulation.process import Process

RUNNERS = 3
PARTITIONS = 3
_MEANWHILE = 6
_ROUNDS = 150
# What no fault here may lead to: state and offset are apart, or the input seems to be gone.
_REFUSALS = (BreakerOpen, LostOffset, ProgressAhead, StateBehind, TopicsUnfit)


class World:
    """`static` gives the members a group.instance.id. With `lenient`, for the negative controls, an
    error that nobody injected ends its process only, as it would in life."""

    def __init__(self, static: bool = False, lenient: bool = False) -> None:
        self.broker = Broker()
        for topic, partitions in (("in", PARTITIONS), ("log", PARTITIONS), ("out", 2), ("dead", 1)):
            self.broker.create(topic, partitions)
        self.invariants = Invariants(self.broker, PARTITIONS)
        self.counts: Counter[str] = Counter()
        self.fired: Counter[tuple[str, Fault]] = Counter()
        self.outside = Outside()
        self.static = static
        self.lenient = lenient
        self.enabled = [True] * RUNNERS
        self.processes: list[Process | None] = [None] * RUNNERS
        self.plans = [self._plan(index) for index in range(RUNNERS)]
        # In the middle of a turn: while one stands still, the others must not turn it.
        self._busy: set[int] = set()
        self._dead: list[Process] = []
        self._upstream: list[Txn] = []
        self._in_flight: list[tuple[MemorySink, Txn]] = []
        self._settling: Counter[int] | None = None
        self._sent = 0
        self._checked = (-1, -1)

    # --- actions

    def send(self, partition: int, key: bytes, word: bytes) -> None:
        """An event arrives. A bad one has no key."""
        self._sent += 1
        value = b"%s:%d" % (word, self._sent)
        headers = [("trace", b"\x00%d" % self._sent), ("none", None)]
        self.broker.put("in", partition, None if word == b"bad" else key, value, headers)

    def send_in_transaction(self, partition: int, state: str) -> None:
        """Two events arrive in one transaction, which is committed, aborted or left open."""
        txn = Txn("upstream")
        for _ in range(2):
            self._sent += 1
            self.broker.put("in", partition, b"k0", b"plain:%d" % self._sent, (), txn)
        if state == "open":
            self._upstream.append(txn)
        else:
            self.broker.finish(txn, state)

    def end_upstream(self, state: str) -> None:
        """The oldest transaction left open upstream ends."""
        if self._upstream:
            self.broker.finish(self._upstream.pop(0), state)

    def turn(self, runner: int, prefetched: bool) -> None:
        """A runner goes one round further; one that had ended is started again."""
        if runner in self._busy or not self.enabled[runner]:
            return
        self._busy.add(runner)
        process = self.processes[runner]
        if process is None:
            plan = self.plans[runner]
            process = Process(self.broker, runner, plan, self.outside, self.static)
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
        """SIGKILL: nothing is closed; member and transaction stay until they time out."""
        if self.processes[runner] is not None and runner not in self._busy:
            self.counts["crashes"] += 1
            self._bury(runner)

    def stop(self, runner: int) -> None:
        """SIGTERM: a clean stop, until `start`."""
        self.enabled[runner] = False
        if self.processes[runner] is not None and runner not in self._busy:
            self.counts["clean stops"] += 1
            self._end(runner)

    def start(self, runner: int) -> None:
        """The runner may be started again."""
        self.enabled[runner] = True

    def evict(self, runner: int, deaf: int) -> None:
        """Its session times out; it hears of it after so many more polls."""
        process = self.processes[runner]
        source = process.source if process is not None else None
        if source is not None and source.listener is not None:
            self.counts["evictions"] += 1
            self.broker.evict(source, deaf)

    def inject(self, runner: int, call: str, fault: Fault, times: int) -> None:
        """The runner's next calls of this name go wrong: many in a row only if it may try again."""
        many = fault in (Fault.RETRIABLE, Fault.UNKNOWN)
        self.plans[runner].arm(call, fault, times if many else min(times, 2))

    def interrupt(self, runner: int, fault: Fault) -> None:
        """The runner is struck in the middle of its next event."""
        self.plans[runner].arm("process", fault)

    def lose_commit(self, runner: int) -> None:
        """The runner's process ends while its next commit is on its way."""
        self.plans[runner].arm("commit", Fault.IN_FLIGHT)

    def overtake(self, runner: int) -> None:
        """The start of an assignment overtakes a pause: records come in spite of it."""
        process = self.processes[runner]
        source = process.source if process is not None else None
        if source is not None:
            source.paused.clear()

    def away(self, away: bool) -> None:
        """What the stage needs besides Kafka goes or comes back."""
        self.outside.away = away

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
        """Commits that were on their way when their process ended arrive."""
        for sink, txn in self._in_flight:
            if not sink.fenced and txn.state == "open":
                self.counts["late commits"] += 1
                self.broker.finish(txn, "committed")
        self._in_flight.clear()

    def hold_markers(self) -> None:
        """From now on, transaction markers are late."""
        self.broker.late = True

    def write_marker(self, number: int) -> None:
        """One of the late markers is written."""
        if self.broker.markers:
            self.broker.write_marker(number)

    def release_markers(self) -> None:
        """All late markers are written."""
        self.broker.release_markers()

    def compact(self, partition: int) -> None:
        """The changelog is compacted."""
        self.counts["compactions"] += 1
        self.broker.compact("log", partition)

    def expire_input(self, partition: int) -> None:
        """Retention deletes events that have been decided."""
        self.broker.logs["in", partition].first = self.invariants.committed.get(partition, 0)

    # --- what must hold

    def check(self) -> None:
        """Raises Violation."""
        now = (len(self.broker.decided), self.counts["compactions"])
        self.invariants.check()
        if now != self._checked:
            self.invariants.check_changelog()
            self._checked = now
        for process in self.processes:
            if process is not None and process.partitions is not None:
                self.invariants.check_memory(process.partitions)

    def settle(self) -> None:
        """No more faults: everything must be decided, and no process may end more than once by what
        was begun before. Raises Violation."""
        self.check()
        self._settling = Counter()
        self.outside.away = False
        self.broker.release_markers()
        while self._upstream:
            self.end_upstream("committed")
        for runner, plan in enumerate(self.plans):
            plan.disarm()
            self.start(runner)
        for _ in range(_ROUNDS):
            self.deliver()
            self.expire()
            for runner in range(RUNNERS):
                self.wait(runner, 5.0)
                self.turn(runner, False)
            self.check()
            if self._drained():
                return
        raise Violation(Kind.STUCK, f"at {self.invariants.committed}")

    @property
    def rebalances(self) -> int:
        """How often the group's partitions were assigned."""
        return self.broker.groups[GROUP].generation if GROUP in self.broker.groups else 0

    def _drained(self) -> bool:
        ends = {}
        for number in range(PARTITIONS):
            offsets = [offset for offset, _ in self.broker.logs["in", number].visible()]
            ends[number] = offsets[-1] + 1 if offsets else 0
        behind = any(self.invariants.committed.get(n, 0) < end for n, end in ends.items())
        return not behind and all(process and process.idle for process in self.processes)

    def _plan(self, runner: int) -> Plan:
        return Plan(
            lambda fault: self._meanwhile(runner, fault),
            lambda: self._send_off(runner),
            self.fired,
        )

    def _meanwhile(self, runner: int, fault: Fault) -> None:
        """A runner stands still between two instructions; the others go on."""
        process = self.processes[runner]
        source, sink = (process.source, process.sink) if process is not None else (None, None)
        if fault is not Fault.PAUSE and source is not None and source.listener is not None:
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
        """Is this an end that the faults explain? A member that was evicted, and has not heard of
        it, may find its partitions further on than it left them."""
        if isinstance(failure, Violation):
            raise failure
        if isinstance(failure, _REFUSALS) and (process.source is None or process.source.current):
            raise Violation(Kind.REFUSED, str(failure)) from failure
        if not isinstance(failure, (EngineStopped, ClientError, Interrupted, Bug)):
            self.counts["other errors"] += 1
            if not self.lenient:
                raise Violation(Kind.BUG, repr(failure)) from failure

    def _end(self, runner: int) -> None:
        """The process closes what it has, as far as it can, and is gone."""
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
        self.counts["processes ended"] += 1
        if self._settling is not None:
            self._settling[runner] += 1
            if self._settling[runner] > 1:
                raise Violation(Kind.STUCK, f"runner {runner} ended again after the faults")
