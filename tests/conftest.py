"""Fixtures shared by all tests: above all, a real Kafka for those that ask for one."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewTopic
from hypothesis import settings

from tests.broker import LocalKafka, running_broker
from tests.broker.choice import skip_reason
from tests.broker.ready import wait_for_topics
from tests.broker.secured import SecuredKafka

# How long an example takes is the machine's affair; slow ones are found in bench/.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_KEPT_LOGS = Path(__file__).parents[1] / "build" / "test-logs"
_ON_KAFKA = {"broker", "new_topic", "local_kafka", "secured_kafka", "registry"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a broker is marked `kafka`, so that none slips into the fast run."""
    for item in items:
        if _ON_KAFKA & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.kafka)


@pytest.fixture(scope="session")
def broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The bootstrap address of a real Kafka that lives as long as the test session."""
    _skip_when_told_to()
    folder = tmp_path_factory.mktemp("kafka")
    failed_before = request.session.testsfailed
    with running_broker(folder) as bootstrap:
        yield bootstrap
    _clear_away(folder, keep_log=request.session.testsfailed > failed_before)


@pytest.fixture
def local_kafka(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalKafka]:
    """A started broker of the test's own, to be stopped, killed, frozen and restarted."""
    _skip_when_told_to()
    failed_before = request.session.testsfailed
    kafka = LocalKafka(tmp_path / "kafka")
    with kafka:
        yield kafka
    _clear_away(kafka.data_dir, keep_log=request.session.testsfailed > failed_before)


@pytest.fixture(scope="session")
def secured_kafka(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecuredKafka]:
    """A started broker that asks for passwords and certificates, and checks rights."""
    _skip_when_told_to()
    failed_before = request.session.testsfailed
    kafka = SecuredKafka(tmp_path_factory.mktemp("secured-kafka"))
    with kafka:
        yield kafka
    _clear_away(kafka.data_dir, keep_log=request.session.testsfailed > failed_before)


@pytest.fixture
def new_topic(broker: str) -> Callable[..., str]:
    """Make a topic nobody else uses: `new_topic("claims", partitions=3, **config)`.

    Config names are given with underscores: `cleanup_policy="compact"`.
    """
    admin = AdminClient({"bootstrap.servers": broker})

    def make(hint: str = "topic", *, partitions: int = 1, **config: str) -> str:
        name = f"{hint}-{uuid.uuid4().hex[:8]}"
        dotted = {key.replace("_", "."): value for key, value in config.items()}
        wanted = NewTopic(name, num_partitions=partitions, replication_factor=1, config=dotted)
        admin.create_topics([wanted])[name].result(timeout=20)
        wait_for_topics({"bootstrap.servers": broker}, [name])
        return name

    return make


def _skip_when_told_to() -> None:
    reason = skip_reason()
    if reason:
        pytest.skip(reason)


def _clear_away(folder: Path, *, keep_log: bool) -> None:
    """Drop the data (it is large); keep the broker's log where a failed run can show it."""
    log = folder / "kafka.log"
    if keep_log and log.exists():
        _KEPT_LOGS.mkdir(parents=True, exist_ok=True)
        kept = _KEPT_LOGS / f"{folder.parent.name}-{folder.name}.log"
        shutil.copyfile(log, kept)
        print(f"\nthe broker's log is kept in {kept}")
    shutil.rmtree(folder, ignore_errors=True)
