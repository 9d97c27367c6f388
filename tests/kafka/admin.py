"""Calls of Kafka's admin API in a process of their own.

While a broker restarts, the client's admin API may never answer, or end its process by a failed
assertion (librdkafka 2.16). Then only that process is lost, and another one takes its place.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from confluent_kafka import (
    ConsumerGroupState,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka._model import ConsumerGroupTopicPartitions
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    OffsetSpec,
    ResourceType,
)

Place = tuple[str, int]

# A new broker creates the topic of the groups at the first request, which takes a while.
_NO_GROUP_YET = (
    KafkaError.GROUP_ID_NOT_FOUND,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.NOT_COORDINATOR,
)

_ROOT = Path(__file__).parents[2]
_REQUEST_S = 5.0
_ANSWER_S = 8.0
_PAUSE_S = 0.5


def ends(admin: AdminClient, places: list[Place], isolation: int) -> dict[Place, int]:
    """The end of each partition: of the log, or of what no open transaction hides."""
    asked = {TopicPartition(*place): OffsetSpec.latest() for place in places}  # type: ignore[no-untyped-call]
    level = IsolationLevel(isolation)
    answers = admin.list_offsets(asked, isolation_level=level, request_timeout=_REQUEST_S)
    return {(p.topic, p.partition): each.result(_REQUEST_S).offset for p, each in answers.items()}


def committed(admin: AdminClient, group: str) -> dict[Place, int]:
    """The committed offsets of a consumer group; none while a new broker has no answer."""
    asked = [ConsumerGroupTopicPartitions(group)]
    answers = admin.list_consumer_group_offsets(asked, request_timeout=_REQUEST_S)
    try:
        places = answers[group].result(_REQUEST_S).topic_partitions
    except KafkaException as failure:
        if failure.args[0].code() in _NO_GROUP_YET:
            return {}
        raise
    return {(p.topic, p.partition): p.offset for p in places if p.offset >= 0}


def members(admin: AdminClient, group: str) -> dict[str, set[int]]:
    """The partitions of each member of a group by its client.id; none while it rebalances."""
    described = admin.describe_consumer_groups([group], request_timeout=_REQUEST_S)
    found: dict[str, set[int]] = {}
    try:
        answer = described[group].result(_REQUEST_S)
    except KafkaException as failure:
        if failure.args[0].code() in _NO_GROUP_YET:
            return found
        raise
    if answer.state is ConsumerGroupState.STABLE:
        for member in answer.members:
            places = {place.partition for place in member.assignment.topic_partitions}
            found.setdefault(member.client_id, set()).update(places)
    return found


_QUESTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (ends, committed, members)
}


class Admin:
    """A process that answers, and is replaced when it does not."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def ask(self, question: str, *arguments: object, seconds: float = 60.0) -> Any:
        """The answer of one of the functions above.

        Waits while the broker is away. Raises AssertionError after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while (answer := self._try(question, arguments)) is None:
            assert time.monotonic() < deadline, f"no answer about {question}"
            time.sleep(_PAUSE_S)
        return answer

    def close(self) -> None:
        """End the process."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _try(self, question: str, arguments: tuple[object, ...]) -> Any:
        line = self._line or self._begin()
        with suppress(EOFError, OSError):
            line.send((question, arguments))
            if line.poll(_ANSWER_S):
                return line.recv()
        self.close()
        return None

    def _begin(self) -> Connection:
        ours, theirs = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self._bootstrap, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._line = ours
        return ours


def _serve(bootstrap: str, line: Connection) -> None:
    """Answer until the other end is closed, with None when Kafka cannot answer now."""
    options: dict[str, str | int | float | bool] = {
        "bootstrap.servers": bootstrap,
        "log_level": 0,
    }
    # A client that failed may keep using stale metadata, and freeing it takes long.
    admins = [AdminClient(options)]
    with suppress(EOFError):
        while True:
            question, arguments = line.recv()
            try:
                line.send(_QUESTIONS[question](admins[-1], *arguments))
            except (KafkaException, TimeoutError):
                line.send(None)
                admins.append(AdminClient(options))
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], Connection(int(sys.argv[2])))


def alter_topic(bootstrap: str, topic: str, name: str, value: str | None) -> None:
    """Set one setting of a topic, or with None put it back to the broker's default."""
    kind = AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET
    entry = ConfigEntry(name, value, incremental_operation=kind)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.incremental_alter_configs([resource])[resource].result(timeout=20)
