"""The settings of a single-node broker for tests, wherever it runs."""

import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

# Above the usual services and below the range of ephemeral ports. In that range, a client that
# reconnects to a dead broker's port could connect to itself, and the restarted broker could
# not listen on the port.
_PORTS = range(20_000, 32_000)
_CLAIMS = Path(tempfile.gettempdir()) / f"stream-edits-ports-{os.getuid()}"
_claimed: list[IO[str]] = []


class Listener(NamedTuple):
    """An additional listener of the broker, named after its protocol."""

    protocol: str
    port: int


def single_node(
    listen: str,
    advertise: str,
    port: int,
    controller_port: int,
    more: Sequence[Listener] = (),
) -> dict[str, str]:
    """KRaft with one node that is broker and controller, and short timeouts."""
    served = [Listener("PLAINTEXT", port), *more]
    protocols = {"CONTROLLER": "PLAINTEXT", **{each.protocol: each.protocol for each in served}}
    bound = [f"{each.protocol}://{listen}:{each.port}" for each in served]
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": ",".join([*bound, f"CONTROLLER://127.0.0.1:{controller_port}"]),
        "advertised.listeners": ",".join(
            f"{each.protocol}://{advertise}:{each.port}" for each in served
        ),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": ",".join(
            f"{name}:{protocol}" for name, protocol in protocols.items()
        ),
        **_SMALL_AND_QUICK,
    }


_SMALL_AND_QUICK = {
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    # After a crash, the node waits until its old session has expired.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # The interval of the check for timed-out transactions.
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    "log.cleaner.backoff.ms": "1000",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "num.network.threads": "2",
    "num.io.threads": "4",
}


def behind_a_proxy(settings: Mapping[str, str], port: int, proxy: int) -> dict[str, str]:
    """The same broker with another listener, which advertises the proxy's port.

    Clients that bootstrap from the proxy stay behind it.
    """
    added = {
        "listeners": f"PROXIED://127.0.0.1:{port}",
        "advertised.listeners": f"PROXIED://127.0.0.1:{proxy}",
        "listener.security.protocol.map": "PROXIED:PLAINTEXT",
    }
    return {**settings, **{name: f"{settings[name]},{more}" for name, more in added.items()}}


def free_port() -> int:
    """A port that nothing listens on now, and that no other process of the tests gets."""
    # Not the shared generator, which test tools seed: then several processes choose the same ports.
    for port in random.SystemRandom().sample(_PORTS, 100):
        if is_free(port) and _claim(port):
            return port
    raise OSError(f"no free port among 100 tried between {_PORTS.start} and {_PORTS.stop}")


def _claim(port: int) -> bool:
    """Whether the port is this process's own from now on, until the process ends."""
    _CLAIMS.mkdir(exist_ok=True)
    claim = (_CLAIMS / str(port)).open("w")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        claim.close()
        return False
    _claimed.append(claim)
    return True


def is_free(port: int) -> bool:
    """Whether a broker could listen on the port now."""
    with socket.socket() as probe:
        # Like Java: otherwise a port in TIME_WAIT looks taken here, but is free for Kafka.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
