"""Three brokers, of which one is away at a time, while claims arrive."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from stream_edits.synthetic.generator import generate
from tests.broker.cluster import NODES, Cluster
from tests.kafka.deployment import Deployment
from tests.kafka.programs import eventually
from tests.kafka.publisher import Input, Publisher
from tests.kafka.restarts import drain_with_restarts
from tests.kafka.verifier import Verifier

pytestmark = [pytest.mark.timeout(300), pytest.mark.kafka, pytest.mark.slow]

EVENTS = 1_200
_START_S = 90.0


def in_sync(deployment: Deployment, cluster: Cluster) -> None:
    """Wait until every node has all of the claims."""
    topic, everywhere = deployment.topics.events, set(NODES)
    eventually(lambda: cluster.in_sync(topic)[1] == everywhere, 60, lambda: "not in sync")


def rolled(deployment: Deployment, cluster: Cluster) -> None:
    for number in NODES:
        cluster.nodes[number].stop()
        cluster.nodes[number].start(_START_S)
        in_sync(deployment, cluster)


def killed(deployment: Deployment, cluster: Cluster) -> None:
    leader, _ = cluster.in_sync(deployment.topics.events)
    cluster.nodes[leader].kill()
    eventually(
        lambda: cluster.in_sync(deployment.topics.events)[0] not in (-1, leader),
        60,
        lambda: "no election",
    )
    cluster.nodes[leader].start(_START_S)


def frozen(deployment: Deployment, cluster: Cluster) -> None:
    leader, _ = cluster.in_sync(deployment.topics.events)
    cluster.nodes[leader].freeze()
    try:
        eventually(
            lambda: len(cluster.in_sync(deployment.topics.events)[1]) == 2,
            60,
            lambda: "still in sync",
        )
    finally:
        cluster.nodes[leader].thaw()


@pytest.fixture(scope="module")
def one_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(one_cluster: Cluster) -> Cluster:
    """The cluster of this file, with all nodes, whatever the test before did to them."""
    for node in one_cluster.nodes.values():
        if node.pid is None:
            node.start(_START_S)
    eventually(lambda: one_cluster.working() == set(NODES), _START_S, lambda: "a node is away")
    return one_cluster


@pytest.mark.parametrize("trouble", [rolled, killed, frozen])
def test_nothing_is_lost_or_repeated(
    cluster: Cluster, tmp_path: Path, trouble: Callable[[Deployment, Cluster], None]
) -> None:
    claims = list(islice(generate(7, EVENTS, contested=True), EVENTS))
    with Deployment(cluster.bootstrap, tmp_path, 3, REPLICATION_FACTOR="3") as deployment:
        deployment.create_topics()
        deployment.start()
        deployment.wait_for_members("supervision", 1)
        publisher = Publisher(deployment, Input(claims, []))
        publisher.start()
        trouble(deployment, cluster)
        publisher.finish()
        drain_with_restarts(deployment)
        deployment.programs[-1].terminate()
        verifier = Verifier(deployment.log, deployment.topics)
        verifier.verify()
        assert {d.claim_id for d in verifier.decisions} == {claim.claim_id for claim in claims}
        assert deployment.log.of(deployment.topics.dead_letter) == []
