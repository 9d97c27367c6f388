"""A client of failed calls is freed at once, although the garbage collector never runs.

The service excludes the objects of its start from collection, and hardly ever collects while it
waits for brokers. Each client has sockets, threads and pipes.
"""

from __future__ import annotations

import gc
import os
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from confluent_kafka.admin import AdminClient

from stream_edits.engine.errors import ClientError, EngineStopped, Retriable
from stream_edits.engine.kafka import (
    ConfluentKafka,
    admin,
    changelog_reader,
    create_topics,
    publish_records,
    read_topic,
)
from stream_edits.engine.kafka.call_watchdog import CallWatchdog
from stream_edits.engine.kafka.changelog_reader import ConfluentReader
from stream_edits.engine.kafka.sink import ConfluentSink
from stream_edits.engine.kafka.source import ConfluentSource
from stream_edits.engine.ports import Output, TopicSpec
from tests.engine.harness import config
from tests.memory_kafka.calls import LIMITS

# Port 1 of this machine: nobody listens there.
NOBODY = {"bootstrap.servers": "127.0.0.1:1"}
_CHECKED_EVERY = 10


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "_CONNECT_S", (0.01, 0.01))
    monkeypatch.setattr(admin, "_PATIENT_S", ())


def held() -> tuple[int, int]:
    """The file descriptors and threads of this process."""
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


def settles_at(before: tuple[int, int]) -> bool:
    """True once there is no more than before: threads of a freed client end a moment later."""
    for _ in range(500):
        if all(now <= then for now, then in zip(held(), before, strict=True)):
            return True
        time.sleep(0.01)
    return False


def stays_flat(failing: Callable[[], object], times: int) -> None:
    """Fail again and again; each time the process holds what it held after the first."""
    with pytest.raises((ClientError, EngineStopped)):
        failing()
    before = held()
    for number in range(1, times + 1):
        with suppress(ClientError, EngineStopped):
            failing()
        if number % _CHECKED_EVERY == 0:
            assert settles_at(before), f"{before} became {held()} after {number} failures"


def test_a_hundred_failed_asks_at_start_use_one_client() -> None:
    kafka, settings = ConfluentKafka(), config(kafka=NOBODY)

    def ask() -> None:
        kafka.topic_facts(settings, ["in"], 0.01)

    stays_flat(ask, 100)
    kept = kafka._admin._client
    assert kept is not None
    with pytest.raises(Retriable):
        ask()
    assert kafka._admin._client is kept
    kafka._admin.free()


def test_the_changelogs_ends() -> None:
    reader = ConfluentReader(config(kafka=NOBODY))
    stays_flat(lambda: reader.end_offsets([0, 1], 0.01), 30)
    stays_flat(lambda: reader.first_offsets([0, 1], 0.01), 30)
    reader.close()


COMMANDS: dict[str, Callable[[], object]] = {
    "create": lambda: create_topics(NOBODY, [TopicSpec("claims", 1)]),
    "read": lambda: next(read_topic(NOBODY, "claims", "reader")),
    "publish": lambda: publish_records(NOBODY, [Output("claims", b"k", b"v")]),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command(command: Callable[[], object]) -> None:
    stays_flat(command, 20)


def closed_sink() -> None:
    sink = ConfluentSink(config(kafka=NOBODY), LIMITS)
    # Not initialized: a failed call, which is kept by nobody.
    with pytest.raises(EngineStopped):
        sink.begin()
    with pytest.raises(EngineStopped):
        sink.commit()
    sink.close()


def closed_source() -> None:
    source = ConfluentSource(config(kafka=NOBODY), time.sleep)
    with pytest.raises(Retriable):
        source.committed([0], 0.01)
    source.close()


def closed_reader() -> None:
    reader = ConfluentReader(config(kafka=NOBODY))
    with pytest.raises(Retriable):
        reader.end_offsets([0], 0.01)
    reader.start([0])
    reader.close()


@pytest.mark.parametrize("use", [closed_sink, closed_source, closed_reader])
def test_a_closed_client(use: Callable[[], None]) -> None:
    use()
    before = held()
    for _ in range(10):
        use()
    assert settles_at(before), f"{before} became {held()}"


def test_the_watchdog_keeps_no_failed_call() -> None:
    class Client:
        def fail(self) -> None:
            raise RuntimeError("a bug")

    watchdog, client = CallWatchdog("test"), Client()
    freed = weakref.ref(client)
    with pytest.raises(RuntimeError):
        watchdog.run("commit", client.fail, 20)
    watchdog.close()
    del client
    for _ in range(500):
        if freed() is None:
            break
        time.sleep(0.01)
    assert freed() is None


def test_no_client_is_kept_of_an_unreachable_changelog(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[object]] = []

    def noted(*words: object, **named: object) -> AdminClient:
        client = AdminClient(*words, **named)  # type: ignore[arg-type]
        made.append(weakref.ref(client))
        return client

    reader = ConfluentReader(config(kafka=NOBODY))
    monkeypatch.setattr(changelog_reader, "AdminClient", noted)
    with pytest.raises(Retriable):
        reader.end_offsets([0], 0.01)
    reader.close()
    assert [client() for client in made] == [None]
