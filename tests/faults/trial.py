"""A deployment under load on a broker of its own, and what it has been through."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Self

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
REPLICAS = 2
# A call of the client that never returns is given up after 55 s at most, and then all is restored.
_RECOVERY_S = 150.0
_STATEFUL = ("encounter", "supervision")


class Suffered(NamedTuple):
    """One fault: its kind, what happened, how far behind the stages were when it was over (events
    not yet processed, all stages together), and the seconds until none of these was left."""

    kind: str
    told: str
    behind: int
    seconds: float


class Trial:
    """Two processes a stage, of which number 1 sits behind a network that can fail.

    `spared` says that number 0 of each stage is to live on: a fault of processes takes number 1.
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
            self.supervisor = Supervisor(self.deployment, self.link.bootstrap, REPLICAS)
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
        """What its topics hold."""
        return self.deployment.log

    def victim(self, *, with_state: bool = False) -> Place:
        """A process, by stage and number."""
        stage = self.random.choice(_STATEFUL if with_state else STAGES)
        return stage, self.random.choice(self._numbers)

    def process(self, place: Place) -> Program:
        """The process that is kept at a place now."""
        return self.supervisor.process(*place)

    def replaced(self, place: Place, program: Program) -> None:
        """Wait until another process than `program` has joined the group at a place."""
        eventually(lambda: self.process(place) is not program, 30, program.tail)
        self.process(place).says(" assigned", 60)

    def settled(self, stage: str, count: int = REPLICAS) -> list[set[int]]:
        """Wait until so many processes share a stage; the partitions of each."""
        return self.deployment.wait_for_members(stage, count, _RECOVERY_S)

    def suffer(self, kind: str, fault: Callable[["Trial"], str]) -> Suffered:
        """Inject a fault, and wait until everything that had come until then is processed."""
        told = fault(self)
        begun = time.monotonic()
        behind = self._caught_up()
        for stage in STAGES:
            self.settled(stage)
        self.supervisor.check()
        suffered = Suffered(kind, told, behind, time.monotonic() - begun)
        self.history.append(suffered)
        return suffered

    def _caught_up(self) -> int:
        """Wait for the events that are in the logs now; how many were not processed yet."""
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
        """Stop the load, let everything be processed, end all, and let the verifier judge.

        Raises AssertionError with everything that does not hold.
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
        assert len(self.log.of(topics.dead_letter)) == self.load.bad
        verifier = Verifier(self.log, topics)
        verifier.verify()
        assert {d.claim_id for d in verifier.decisions} == self.load.claim_ids
        return Verdict(seconds, self.history, self.load, self.supervisor, verifier)

    def state(self, stage: str) -> State:
        """What a stage remembers, as its changelog tells; nothing for intake."""
        if stage not in _STATEFUL:
            return State(0, 0)
        places = self.deployment.changelog_of(stage, set(range(PARTITIONS)))
        kept = [item for p in places for item in compacted(self.log.records[p]).items()]
        return State(len(kept), sum(len(key) + len(value) for key, value in kept))


class Verdict(NamedTuple):
    """A trial that ended well."""

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
    # The shortest there is: a transaction that outlives it is one of the faults.
    return Deployment(bootstrap, folder, PARTITIONS, TRANSACTION_TIMEOUT_MS="36000", **settings)
