"""Claim edits on a Kafka stream, each claim decided exactly once."""

__version__ = "0.1.0"

# Named on every decision: the code that made it.
ENGINE_VERSION = __version__
