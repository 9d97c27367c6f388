"""The headers of a record as the client delivers it."""

from __future__ import annotations

from confluent_kafka import Message

from ..records import UNREADABLE_HEADERS, Headers


def headers_of(message: Message) -> Headers:
    """The headers of a record, or UNREADABLE_HEADERS: other clients write names in any bytes."""
    try:
        return message.headers() or ()  # type: ignore[return-value]
    except (UnicodeDecodeError, SystemError):
        # The client (2.14 to 2.16) raises SystemError, with the other one as its cause.
        return UNREADABLE_HEADERS
