"""What is at the brokers' addresses, where no broker answers."""

from __future__ import annotations

import re
import socket

_CONNECT_S = 0.25
_MOST = 3
_PORT = 9092
_ADDRESS = re.compile(r"(?:\w+://)?(?:\[([^\]]+)\]|([^:,\s\[\]]+))(?::([0-9]{1,5}))?")

NOTHING = "nothing listens there; start Kafka, or correct the address"
SILENT = "nothing answers there; check the address, and firewalls between"
OTHER = (
    "something listens there and does not answer as Kafka does; check the port, and "
    "security.protocol among the kafka options"
)
NOT_AN_ADDRESS = "an address is written host:port, several with commas between them"


def why_silent(servers: str) -> str:
    """In words what a connection to the first few addresses meets, and what to do about it."""
    met = [_met(address.strip()) for address in servers.split(",")[:_MOST]]
    return min(met, key=[OTHER, NOT_AN_ADDRESS, SILENT, NOTHING].index)


def _met(address: str) -> str:
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found[3] or _PORT) > 65_535:
        return NOT_AN_ADDRESS
    try:
        place = (found[1] or found[2], int(found[3] or _PORT))
        socket.create_connection(place, timeout=_CONNECT_S).close()
    except ConnectionRefusedError:
        return NOTHING
    except OSError:
        return SILENT
    return OTHER
