"""An Avro reader and writer that compiles schemas to Python functions; see README.md beside it.

The package imports nothing of stream_edits outside itself.
"""

from .avsc import Parsed, parse, self_contained
from .errors import (
    ContractViolation,
    MalformedAvro,
    TrailingBytes,
    Truncated,
    Undecodable,
    WrongSchema,
)
from .known_values import Cleaning, Shared
from .reading import Decoder, decoder, read_next, read_value
from .resolution import resolve, resolve_tolerantly
from .skipping import skipper
from .writing import Encoder, Paths, encoder

__all__ = [
    "Cleaning",
    "ContractViolation",
    "Decoder",
    "Encoder",
    "MalformedAvro",
    "Parsed",
    "Paths",
    "Shared",
    "TrailingBytes",
    "Truncated",
    "Undecodable",
    "WrongSchema",
    "decoder",
    "encoder",
    "parse",
    "read_next",
    "read_value",
    "resolve",
    "resolve_tolerantly",
    "self_contained",
    "skipper",
]
