"""What can be wrong with a schema or a body. No message holds a value from the data."""


class Undecodable(Exception):
    """The data or its schema is at fault, and a retry changes nothing. Only subclasses are raised.

    ``error_class`` is a short stable name and ``message`` plain English without any value from
    the data, so both may be logged and put into headers.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def error_class(self) -> str:
        """The stable name of this kind of error."""
        return type(self).__name__


class WrongSchema(Undecodable):
    """The writer's schema is not valid, not one of this record, or cannot be read as it."""


class Truncated(Undecodable):
    """The body ends before its schema does."""


class TrailingBytes(Undecodable):
    """The body goes on after its schema has ended."""


class MalformedAvro(Undecodable):
    """The body breaks the Avro specification, or holds a value outside its logical type."""


class ContractViolation(Undecodable):
    """Well-formed data that the writer's schema allows and the reader's contract does not."""
