"""A `stream-edits` for one test on a shared broker: its topics, groups, processes and claims."""

import random
import time
import uuid
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from subprocess import CompletedProcess
from types import TracebackType
from typing import Self

from confluent_kafka import Producer

from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.commands import topics as topics_command
from stream_edits.domain.decision import ClaimDecision
from stream_edits.settings import Settings, load_settings
from tests.broker.ready import wait_for_topics
from tests.kafka.admin import Place, alter_topic
from tests.kafka.programs import Program, eventually, run_command
from tests.kafka.published import Event, published
from tests.kafka.topic_log import TopicLog

STAGES = ("intake", "review", "encounter", "supervision")


class Deployment:
    """A deployment with unique names. Its processes are ended when its `with` block is left."""

    def __init__(self, bootstrap: str, folder: Path, partitions: int, **settings: str) -> None:
        """`settings` are named like their variables without the prefix: `BATCH_SIZE="50"`."""
        self.bootstrap = bootstrap
        self.name = f"t{uuid.uuid4().hex[:8]}"
        self._folder = folder
        self._given = {
            "BOOTSTRAP_SERVERS": bootstrap,
            "PARTITIONS": str(partitions),
            "REPLICATION_FACTOR": "1",
            "GROUP_PREFIX": self.name,
            "SESSION_TIMEOUT_MS": "6000",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": "0",
            "LINGER_MS": "20",
            "LOG_LEVEL": "DEBUG",
            **{
                f"TOPICS__{key.upper()}": f"{self.name}.{key}" for key in Settings().topics.by_key()
            },
            **settings,
        }
        self.settings = load_settings(environ=self.environ())
        self.topics = self.settings.topics
        self.programs: list[Program] = []
        self._named: dict[str, Program] = {}
        self._numbers = count()
        self.texts: list[str] = []
        self._log: TopicLog | None = None
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                "enable.idempotence": True,  # no duplicates after a restart of the broker
            }
        )

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of its processes."""
        return {f"STREAM_EDITS_{name}": value for name, value in {**self._given, **more}.items()}

    def command(self, *arguments: str, **settings: str) -> "CompletedProcess[str]":
        """Run a command that ends by itself."""
        done = run_command(list(arguments), self.environ(**settings))
        self.texts += [done.stdout, done.stderr]
        return done

    def create_topics(self) -> Self:
        """Create them as the command does, without a process for it."""
        wait_for_topics(self.settings.kafka_options(), topics_command.create(self.settings))
        return self

    def alter_topic(self, topic: str, name: str, value: str | None) -> None:
        """Set one setting of a topic, or with None reset it to the broker's default."""
        alter_topic(self.bootstrap, topic, name, value)

    def start(
        self, *stages: str, instance: int = 0, module: str = "stream_edits", **settings: str
    ) -> Program:
        """Start a `run` process, with all stages unless some are named. Its client.id is its name.

        `module` is another program with the same commands.
        """
        name = "-".join([*(stages or ["all"]), str(instance)])
        environ = self.environ(
            INSTANCE=str(instance), KAFKA__CLIENT_ID=f"{self.name}-{name}", **settings
        )
        arguments = ["run", *(word for stage in stages for word in ("--stage", stage))]
        log_file = self._folder / f"{self.name}-{name}.{next(self._numbers)}.log"
        program = Program(arguments, environ, log_file, module)
        self.programs.append(program)
        self._named[name] = program
        return program

    def run_in_background(self, *arguments: str, **settings: str) -> Program:
        """Start a command that ends by itself, or that the test ends."""
        log_file = self._folder / f"{self.name}-{arguments[0]}.{len(self.programs)}.log"
        program = Program(list(arguments), self.environ(**settings), log_file)
        program.accounted_for = True
        self.programs.append(program)
        return program

    def named(self, stage: str, instance: int) -> Program:
        """The newest process of a stage that was started as this instance."""
        return self._named[f"{stage}-{instance}"]

    @property
    def groups(self) -> dict[str, str]:
        """The topic that each consumer group reads."""
        names = self.topics
        inputs = (names.events, names.reviews, names.by_member, names.by_supervisor)
        return {self.settings.group_id(s): topic for s, topic in zip(STAGES, inputs, strict=True)}

    @property
    def log(self) -> TopicLog:
        """The records of its topics."""
        if self._log is None:
            names = self.topics.by_key().values()
            self._log = TopicLog(self.bootstrap, dict.fromkeys(names, self.settings.partitions))
        return self._log

    def read_anew(self) -> None:
        """Read its topics again from the beginning, because some were created again."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def changelog_of(self, stage: str, partitions: set[int]) -> set[Place]:
        """The changelog partitions with the state of these partitions of a stage."""
        topics = {
            "encounter": self.topics.encounter_state,
            "supervision": self.topics.supervision_state,
        }
        return {(topics[stage], partition) for partition in partitions}

    def wait_for_members(self, stage: str, count: int, seconds: float = 60.0) -> list[set[int]]:
        """Wait until `count` members share all partitions of a stage. The partitions of each."""
        group = self.settings.group_id(stage)
        partitions = {p for topic, p in self.log.places if topic == self.groups[group]}

        def settled() -> list[set[int]] | None:
            members = self.log.members(group)
            shares = [members[name] for name in sorted(members)]
            complete = len(shares) == count and all(shares)
            return shares if complete and set().union(*shares) == partitions else None

        return eventually(settled, seconds, self.tails)

    def freeze_in_a_transaction(self, stage: str, instance: int = 0) -> set[Place]:
        """SIGSTOP a process of a stage with state while one of its transactions is open.

        Returns the changelog partitions of the transaction.
        """
        group, name = self.settings.group_id(stage), f"{self.name}-{stage}-{instance}"
        program = self.named(stage, instance)
        owned = eventually(lambda: self.log.members(group).get(name), 60, self.tails)
        its_own = self.changelog_of(stage, owned)

        def frozen() -> set[Place]:
            program.freeze()
            # A commit that the frozen process has sent may still be under way: on a busy machine
            # it takes a while. So the transactions must be open at two readings, well apart.
            time.sleep(0.1)
            open_places = its_own & set(self.log.open_transactions())
            if open_places:
                time.sleep(1)
                open_places &= set(self.log.open_transactions())
            if not open_places:
                program.thaw()
                time.sleep(random.random() * 0.1)
            return open_places

        return eventually(frozen, 90, self.tails)  # Under light load few moments are in one.

    def publish(self, events: Iterable[Event]) -> None:
        """Publish with the member as key, so that the events of a member stay in order."""
        for event in events:
            topic, key, value = published(event, self.topics)
            self.publish_raw(key, value, topic=topic)
        self.flush()

    def publish_raw(
        self,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] = (),
        topic: str | None = None,
    ) -> None:
        """Queue any record, for claims.events unless `topic` is given; `flush` must follow."""
        self._producer.produce(topic or self.topics.events, value, key, headers=list(headers))
        self._producer.poll(0)

    def flush(self) -> None:
        assert self._producer.flush(30) == 0, "the claims could not be published"

    def drain(self, seconds: float = 60.0) -> None:
        """Wait until every stage has committed all of its input and no transaction is open."""

        def drained() -> bool:
            for program in self.programs:
                assert program.running or program.accounted_for, f"ended by itself:{program.tail()}"
            return self.log.processed(self.groups)

        eventually(drained, seconds, lambda: f"claims are left over\n{self.tails()}")

    def decisions(self) -> list[ClaimDecision]:
        """Every decision read so far."""
        kept = self.log.of(self.topics.pass_, self.topics.pend, self.topics.deny)
        return [decode_decision(record.value or b"", _SCHEMAS) for record in kept]

    def decided_by_now(self) -> int:
        """The number of decisions published by now."""
        self.log.read_to_the_end()
        return len(self.log.of(self.topics.pass_, self.topics.pend, self.topics.deny))

    def all_output(self) -> str:
        """Everything that its processes and commands have written, on both streams."""
        return "\n".join([*self.texts, *(program.output for program in self.programs)])

    def tails(self) -> str:
        """The last lines of the processes' output, for the message of a failure."""
        return "\n".join(program.tail() for program in self.programs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for program in self.programs:
            program.kill()
        if self._log is not None:
            self._log.close()
        del self._producer


_SCHEMAS = PackagedSchemas()
