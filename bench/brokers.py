"""The two brokers: librdkafka's mock cluster in its own process, and a real Kafka."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from stream_edits.engine.kafka import create_topics
from stream_edits.engine.ports import TopicSpec
from stream_edits.mock_cluster import PARTITIONS, MockCluster
from tests.broker import running_broker

EMBEDDED, REAL = "embedded", "real"


class Broker(Protocol):
    """A broker to run contenders on."""

    address: str
    partitions: int | None
    """The number of partitions of every topic, None if the contender chooses it."""

    def create(self, topics: Mapping[str, int], compacted: set[str]) -> None:
        """Create topics with these numbers of partitions."""


class _Real:
    partitions: int | None = None

    def __init__(self, address: str) -> None:
        self.address = address

    def create(self, topics: Mapping[str, int], compacted: set[str]) -> None:
        specs = [
            TopicSpec(name, partitions, "compact" if name in compacted else "delete", 1)
            for name, partitions in topics.items()
        ]
        create_topics({"bootstrap.servers": self.address}, specs)


class _Embedded:
    partitions: int | None = PARTITIONS

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.address = self._answer()

    def create(self, topics: Mapping[str, int], compacted: set[str]) -> None:
        for name in topics:
            self._ask(f"{name}\n")

    def _ask(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line)
        self._process.stdin.flush()
        self._answer()

    def _answer(self) -> str:
        assert self._process.stdout
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError("the embedded broker's process ended")
        return answer


@contextmanager
def embedded_broker() -> Iterator[Broker]:
    """A mock cluster in its own process, so that its CPU time does not count as the contender's."""
    command = [sys.executable, "-m", "bench.brokers"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield _Embedded(process)
        finally:
            process.terminate()


@contextmanager
def real_broker(folder: Path) -> Iterator[Broker]:
    """The Kafka of the tests: a configured one, one in Docker, or a local process."""
    with running_broker(folder) as address:
        yield _Real(address)


def _serve() -> None:
    """The process of the mock: prints its address, then creates the topics named on stdin."""
    with MockCluster() as kafka:
        print(kafka.bootstrap_servers, flush=True)
        for line in sys.stdin:
            kafka.create_topic(line.strip())
            print("made", flush=True)


if __name__ == "__main__":
    _serve()
