"""The headers that make a record a dead letter. They are part of the contract."""

ERROR_CLASS = "error.class"
ERROR_MESSAGE = "error.message"
ERROR_STAGE = "error.stage"
SOURCE_TOPIC = "source.topic"
SOURCE_PARTITION = "source.partition"
SOURCE_OFFSET = "source.offset"
SOURCE_TIMESTAMP = "source.timestamp"
ENGINE_VERSION = "engine.version"
REDRIVE_COUNT = "redrive.count"
# In the order in which they follow the record's own headers.
DEAD_LETTER_HEADERS = (
    ERROR_CLASS,
    ERROR_MESSAGE,
    ERROR_STAGE,
    SOURCE_TOPIC,
    SOURCE_PARTITION,
    SOURCE_OFFSET,
    SOURCE_TIMESTAMP,
    ENGINE_VERSION,
    REDRIVE_COUNT,
)

# They follow in a reference, whose value stays in its topic: the size of that value, and its
# SHA-256 in hexadecimal digits.
VALUE_BYTES = "source.value.bytes"
VALUE_SHA256 = "source.value.sha256"
REFERENCE_HEADERS = (*DEAD_LETTER_HEADERS, VALUE_BYTES, VALUE_SHA256)
