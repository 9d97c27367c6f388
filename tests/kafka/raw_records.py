"""Records as no Python client writes them: a Produce request byte by byte (Kafka's protocol guide).

Clients in other languages take any bytes as the name of a header.
"""

import socket
import struct
import time
from collections.abc import Sequence

_PRODUCE, _VERSION = 0, 3
_MAGIC = 2
_WAIT_S = 10.0
_NO_PRODUCER = struct.pack(">qhi", -1, -1, -1)

RawHeaders = Sequence[tuple[bytes, bytes | None]]


def produce_raw(
    bootstrap: str,
    place: tuple[str, int],
    key: bytes | None,
    value: bytes | None,
    headers: RawHeaders,
    timestamp_ms: int | None = None,
) -> None:
    """Append one record to a partition (topic, number) of a broker that leads it.

    Tries again for a while, because a setting of the topic may just have been changed.
    """
    deadline = time.monotonic() + _WAIT_S
    while code := _error(bootstrap, place, key, value, headers, timestamp_ms):
        assert time.monotonic() < deadline, f"the broker refused the record with error {code}"
        time.sleep(0.2)


def _error(
    bootstrap: str,
    place: tuple[str, int],
    key: bytes | None,
    value: bytes | None,
    headers: RawHeaders,
    timestamp_ms: int | None,
) -> int:
    """The error code with which the broker answers; 0 if it has the record."""
    now = int(time.time() * 1000) if timestamp_ms is None else timestamp_ms
    batch = _batch(_record(key, value, headers), now)
    topic, partition = place
    body = (
        struct.pack(">hhi", -1, -1, 20_000)  # no transactional id, acks=all, time-out
        + struct.pack(">i", 1)
        + _string(topic.encode())
        + struct.pack(">iii", 1, partition, len(batch))
        + batch
    )
    header = struct.pack(">hhi", _PRODUCE, _VERSION, 1) + _string(b"raw")
    host, _, port = bootstrap.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as broker:
        broker.sendall(struct.pack(">i", len(header + body)) + header + body)
        (size,) = struct.unpack(">i", _exactly(broker, 4))
        answer = _exactly(broker, size)
    at = 4 + 4 + 2 + len(topic.encode()) + 4 + 4
    (code,) = struct.unpack_from(">h", answer, at)
    return int(code)


def _exactly(broker: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = broker.recv(size - len(data))
        assert more, "the broker closed the connection"
        data += more
    return data


def _record(key: bytes | None, value: bytes | None, headers: RawHeaders) -> bytes:
    """A record of version 2, the only one of its batch."""
    fields = b"\x00" + _varint(0) + _varint(0) + _octets(key) + _octets(value)
    fields += _varint(len(headers))
    for name, content in headers:
        fields += _octets(name) + _octets(content)
    return _varint(len(fields)) + fields


def _batch(record: bytes, timestamp_ms: int) -> bytes:
    checked = (
        struct.pack(">hiqq", 0, 0, timestamp_ms, timestamp_ms)
        + _NO_PRODUCER
        + struct.pack(">i", 1)
        + record
    )
    rest = struct.pack(">ibI", -1, _MAGIC, _crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(rest)) + rest


def _string(text: bytes) -> bytes:
    return struct.pack(">h", len(text)) + text


def _octets(data: bytes | None) -> bytes:
    return _varint(-1) if data is None else _varint(len(data)) + data


def _varint(number: int) -> bytes:
    """A zigzag-coded number."""
    rest = (number << 1) ^ (number >> 63)
    coded = bytearray()
    while rest > 0x7F:
        coded.append(rest & 0x7F | 0x80)
        rest >>= 7
    coded.append(rest)
    return bytes(coded)


def _crc32c(data: bytes) -> int:
    """The checksum of a batch (Castagnoli)."""
    crc = 0xFFFFFFFF
    for octet in data:
        crc = _TABLE[(crc ^ octet) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _table_entry(number: int) -> int:
    for _ in range(8):
        number = (number >> 1) ^ (0x82F63B78 if number & 1 else 0)
    return number


_TABLE = [_table_entry(number) for number in range(256)]
