"""What can be wrong with bytes and their schemas. No message holds a value from the data.

The errors of Avro itself are those of ``codec.avro``, so that one ``except Undecodable`` catches
both.
"""

from stream_edits.codec.avro.errors import (
    ContractViolation,
    MalformedAvro,
    TrailingBytes,
    Truncated,
    Undecodable,
    WrongSchema,
)

__all__ = [
    "BadRegistryOptions",
    "ContractViolation",
    "MalformedAvro",
    "MalformedContainer",
    "MalformedFile",
    "MalformedJson",
    "NotConfluentFraming",
    "NotRegistered",
    "NotX12",
    "RegistryAway",
    "TrailingBytes",
    "Truncated",
    "Undecodable",
    "UnknownSchema",
    "UnreadableCodec",
    "WrongSchema",
]


class NotConfluentFraming(Undecodable):
    """The bytes do not start with magic byte 0 and a 4-byte schema id."""


class UnknownSchema(Undecodable):
    """No schema has the id in the frame."""


class MalformedJson(Undecodable):
    """A line that is not one JSON object in UTF-8 with distinct keys."""


class MalformedContainer(Undecodable):
    """An Avro object container file with a broken header or block."""


class MalformedFile(Undecodable):
    """A file whose packing or encoding is broken in the middle."""


class NotX12(Undecodable):
    """A file that is not an X12 interchange with transaction sets."""


class UnreadableCodec(Undecodable):
    """An Avro object container file whose compression is not installed here, or not known."""


class RegistryAway(Exception):
    """The schema registry did not answer. Retry: the data may be perfectly good."""


class BadRegistryOptions(Exception):
    """The registry's client cannot be made with the given options."""


class NotRegistered(Exception):
    """Our own schema is not in the registry; an operator must register it."""
