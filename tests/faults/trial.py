"""A deployment under load on a broker of its own, and the faults injected into it."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Self

from stream_edits.engine.dead_letters.headers import ERROR_CLASS
from tests.broker import LocalKafka
from tests.broker.properties import free_port
from tests.faults.load import Load
from tests.faults.memory import State
from tests.faults.network import Link
from tests.faults.supervisor import Place, Supervisor
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.programs import Program, eventually
from tests.kafka.topic_log import TopicLog
from tests.kafka.verifier import Verifier, compacted

PARTITIONS = 4
_OF_REVIEWS = (b"StaleReview", b"UnknownReview")
REPLICAS = 2
# A client call that never returns is given up after 55 s at most; then all state is restored.
_RECOVERY_S = 150.0
# Such a call may be under way at SIGTERM. The chart allows 210 s before SIGKILL.
ENDS_WITHIN_S = 120.0
_STATEFUL = ("encounter", "supervision")


class Suffered(NamedTuple):
    """One fault: its kind and what happened.

    `behind` is the number of unprocessed events of all stages when it was over, and the last field
    the seconds until they were processed.
    """

    kind: str
    what_happened: str
    behind: int
    seconds: float


class Trial:
    """Two processes a stage, of which number 1 is behind a network that can fail.

    With `spared`, faults of processes hit number 1 only.
    """

    def __init__(
        self, folder: Path, *, events_a_second: float, seed: int, spared: bool = False
    ) -> None:
        self.random = random.Random(seed)
        self.history: list[Suffered] = []
        upstream = free_port()
        self.link = Link(upstream)
        self.kafka = LocalKafka(folder / "kafka", proxied=(upstream, self.link.port))
        self._folder = folder
        self._numbers = [1] if spared else [0, 1]
        self._rate = events_a_second
        self._seed = seed
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self.kafka.data_dir / "log", ignore_errors=True)
            stack.enter_context(self.link)
            stack.enter_context(self.kafka)
            self.deployment = stack.enter_context(_deployed(self.kafka.bootstrap, self._folder))
            self.deployment.create_topics()
            self.load = Load(self.deployment, self._rate, self._seed)
            self.supervisor = Supervisor(
                self.deployment, self.link.bootstrap, REPLICAS, ENDS_WITHIN_S
            )
            self.supervisor.start()
            stack.callback(self.supervisor.give_up)
            for stage in STAGES:
                self.settled(stage)
            self.load.start()
            stack.callback(self.load.stop)
            self._stack = stack.pop_all()
        self._begun = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def log(self) -> TopicLog:
        """The records of its topics."""
        return self.deployment.log

    def victim(self, *, with_state: bool = False) -> Place:
        """A process to hit, as stage and number."""
        stage = self.random.choice(_STATEFUL if with_state else STAGES)
        return stage, self.random.choice(self._numbers)

    def process(self, place: Place) -> Program:
        """The current process of a stage and number."""
        return self.supervisor.process(*place)

    def replaced(self, place: Place, program: Program) -> None:
        """Wait until another process than `program` has joined the group in its place."""
        eventually(lambda: self.process(place) is not program, 30, program.tail)
        self.process(place).says(" assigned", 60)

    def settled(self, stage: str, count: int = REPLICAS) -> list[set[int]]:
        """Wait until `count` processes share a stage. Returns the partitions of each."""
        return self.deployment.wait_for_members(stage, count, _RECOVERY_S)

    def suffer(self, kind: str, fault: Callable[["Trial"], str]) -> Suffered:
        """Inject a fault, and wait until all events published by then are processed."""
        what_happened = fault(self)
        begun = time.monotonic()
        behind = self.catch_up()
        for stage in STAGES:
            self.settled(stage)
        self.supervisor.check()
        suffered = Suffered(kind, what_happened, behind, time.monotonic() - begun)
        self.history.append(suffered)
        return suffered

    def catch_up(self) -> int:
        """Wait until the events in the logs are processed. Returns how many were not."""
        self.log.read_to_the_end(60)
        marks = {
            group: {p: self.log.records[p][-1].offset + 1 for p in self._inputs(topic)}
            for group, topic in self.deployment.groups.items()
        }
        behind: list[int] = []

        def caught_up() -> bool:
            left = 0
            for group, places in marks.items():
                committed = self.log.committed(group)
                left += sum(max(0, end - committed.get(p, 0)) for p, end in places.items())
            behind.append(left)
            return left == 0

        eventually(caught_up, _RECOVERY_S, self.deployment.tails)
        return behind[0]

    def _inputs(self, topic: str) -> list[Place]:
        return [p for p in self.log.places if p[0] == topic and self.log.records[p]]

    def finish(self) -> "Verdict":
        """Stop the load, wait until everything is processed, shut down, and run the verifier.

        Raises AssertionError with every problem.
        """
        seconds = time.monotonic() - self._begun
        self.load.finish()
        groups = self.deployment.groups
        eventually(lambda: self.log.processed(groups), _RECOVERY_S, self.deployment.tails)
        self.supervisor.check()
        self.supervisor.close()
        assert self.log.open_transactions() == []
        self.log.read_to_the_end()
        topics = self.deployment.topics
        assert len(self.log.of(topics.events)) == self.load.published, "the load itself went wrong"
        letters = [dict(letter.headers) for letter in self.log.of(topics.dead_letter)]
        late = sum(each[ERROR_CLASS] in _OF_REVIEWS for each in letters)
        assert len(letters) - late == self.load.bad
        assert len(self.log.of(topics.reviews)) == self.load.reviews
        verifier = Verifier(self.log, topics)
        verifier.verify()
        assert verifier.reviewed, "no review was applied"
        assert {d.claim_id for d in verifier.decisions} == self.load.claim_ids
        return Verdict(seconds, self.history, self.load, self.supervisor, verifier)

    def state(self, stage: str) -> State:
        """The state of a stage in its changelog; empty for intake."""
        if stage not in _STATEFUL:
            return State(0, 0)
        places = self.deployment.changelog_of(stage, set(range(PARTITIONS)))
        kept = [item for p in places for item in compacted(self.log.records[p]).items()]
        return State(len(kept), sum(len(key) + len(value) for key, value in kept))


class Verdict(NamedTuple):
    """The result of a successful trial."""

    seconds: float
    history: list[Suffered]
    load: Load
    supervisor: Supervisor
    verifier: Verifier

    @property
    def kinds(self) -> Counter[str]:
        return Counter(suffered.kind for suffered in self.history)


def _deployed(bootstrap: str, folder: Path) -> Deployment:
    settings = {"LINGER_MS": "50", "BATCH_SIZE": "100", "LOG_LEVEL": "INFO"}
    # The shortest allowed, because one of the faults is a transaction that exceeds it.
    return Deployment(bootstrap, folder, PARTITIONS, TRANSACTION_TIMEOUT_MS="36000", **settings)
