"""Three brokers that are also the controllers, each a child process that a test can kill."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from confluent_kafka.admin import AdminClient, NewTopic

from tests.broker.local import LocalKafka
from tests.broker.properties import free_port

NODES = (1, 2, 3)
_START_S = 90.0
# On every node, because any of them may be killed.
_COPIED = {
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    # A follower that ended leaves the in-sync replicas at once; one that is killed, this soon.
    "replica.lag.time.max.ms": "3000",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
    "unclean.leader.election.interval.ms": "500",
}


class _Node(LocalKafka):
    jvm = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Cluster:
    """A cluster of three nodes. Two of them are enough for it to work."""

    def __init__(self, folder: Path) -> None:
        controllers = {number: free_port() for number in NODES}
        self.nodes: Mapping[int, LocalKafka] = {
            number: _node(folder / f"node-{number}", number, controllers) for number in NODES
        }

    @property
    def bootstrap(self) -> str:
        """The addresses of all nodes."""
        return ",".join(node.bootstrap for node in self.nodes.values())

    def create_topic(self, name: str, replicas: list[int], **config: str) -> None:
        """Create a topic of one partition on these nodes, the first of which leads it."""
        dotted = {key.replace("_", "."): value for key, value in config.items()}
        wanted = NewTopic(name, num_partitions=1, replica_assignment=[replicas], config=dotted)
        admin = self._admin()
        admin.create_topics([wanted])[name].result(timeout=30)

    def working(self) -> set[int]:
        """The nodes that take part in the cluster now."""
        return set(self._admin().list_topics(timeout=10).brokers)

    def in_sync(self, topic: str) -> tuple[int, set[int]]:
        """The leader of partition 0 of a topic, -1 if it has none, and its in-sync replicas."""
        admin = self._admin()
        partition = admin.list_topics(topic, timeout=10).topics[topic].partitions[0]
        return partition.leader, set(partition.isrs)

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def __enter__(self) -> Self:
        self._all(lambda node: node.start(_START_S))
        # Led by node 1, so that it is the coordinator of everything: a client's call may never
        # return when its coordinator goes away (librdkafka#5456).
        for name in ("__consumer_offsets", "__transaction_state"):
            self.create_topic(name, list(NODES), cleanup_policy="compact")
        return self

    def __exit__(self, *_: object) -> None:
        self._all(lambda node: node.kill())

    def _all(self, call: Callable[[LocalKafka], object]) -> None:
        """At once, because a node answers only when a majority is there."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(call, self.nodes.values()))


def _node(folder: Path, number: int, controllers: Mapping[int, int]) -> LocalKafka:
    port = free_port()
    here = "127.0.0.1"
    voters = ",".join(f"{n}@{here}:{at}" for n, at in controllers.items())
    properties = {
        **_COPIED,
        "node.id": str(number),
        "controller.quorum.voters": voters,
        "listeners": f"PLAINTEXT://{here}:{port},CONTROLLER://{here}:{controllers[number]}",
    }
    return _Node(folder, port=port, properties=properties)
