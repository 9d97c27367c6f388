"""Apache Kafka in a container, if a Docker engine answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from tests.broker.properties import free_port, single_node
from tests.broker.ready import answers

IMAGE = "apache/kafka:4.1.1"


def engine_answers() -> bool:
    """Whether a Docker engine answers, not only the client is installed."""
    try:
        return bool(DockerClient().client.ping())
    except Exception:  # the client raises many exception types, all meaning "no engine"
        return False


@contextmanager
def kafka_container(timeout: float = 90.0) -> Iterator[str]:
    """A broker in a container, listening on the same port number inside and out."""
    port, host = free_port(), "localhost"
    container = DockerContainer(IMAGE).with_bind_ports(port, port)
    for key, value in single_node("0.0.0.0", host, port, port + 1).items():
        container.with_env("KAFKA_" + key.replace(".", "_").upper(), value)
    with container:
        if not answers(f"{host}:{port}", timeout):
            raise TimeoutError(f"the container of {IMAGE} did not answer within {timeout:g} s")
        yield f"{host}:{port}"
