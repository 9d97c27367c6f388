"""The headers of a record as the client delivers it."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from typing import Any

from confluent_kafka import Message

from ..records import UNREADABLE_HEADERS, Headers

# For a name that is not UTF-8, the client (2.14 to 2.16) sets an exception and returns a list all
# the same. A call in Python code does not check for that once it is hot: the exception would appear
# in some later call. The call of a methodcaller always checks.
_read: Callable[[Message], Any] = methodcaller("headers")


def headers_of(message: Message) -> Headers:
    """The headers of a record, or UNREADABLE_HEADERS: other clients write names in any bytes."""
    try:
        return _read(message) or ()
    except (UnicodeDecodeError, SystemError):
        return UNREADABLE_HEADERS
