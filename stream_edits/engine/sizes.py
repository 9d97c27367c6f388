"""How large a record may be, by topic: a record that a broker would refuse is never sent."""

from __future__ import annotations

from collections.abc import Mapping

from .records import Headers, TopicSettings

# Of a batch with one record: its own header, and the lengths and attributes of the record.
_BATCH_BYTES = 61
_RECORD_BYTES = 32
_HEADER_BYTES = 10


class Limits:
    """The largest record that each topic takes, in bytes."""

    def __init__(self, default: int, settings: Mapping[str, TopicSettings | None] = {}) -> None:
        """`default` is for a topic whose settings are not known."""
        self._default = default
        self._by_topic = {
            topic: each.max_message_bytes for topic, each in settings.items() if each is not None
        }

    def of(self, topic: str) -> int:
        """The limit of a topic."""
        return self._by_topic.get(topic, self._default)

    @property
    def certain(self) -> int:
        """A value of at most this size fits everywhere, unless its key or headers are huge.

        It saves a closer look at most records.
        """
        return self.smallest // 2

    @property
    def largest(self) -> int:
        """The largest limit of all topics."""
        return max(self._by_topic.values(), default=self._default)

    @property
    def smallest(self) -> int:
        """The smallest limit of all topics."""
        return min(self._by_topic.values(), default=self._default)


def record_bytes(key: bytes | None, value: bytes | None, headers: Headers = ()) -> int:
    """The most bytes that a record takes in a batch of its own, without compression."""
    size = _BATCH_BYTES + _RECORD_BYTES + len(key or b"") + len(value or b"")
    for name, content in headers:
        size += _HEADER_BYTES + len(name.encode()) + len(content or b"")
    return size
