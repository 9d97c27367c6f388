"""What can be wrong with bytes. No message ever holds a value from the data."""


class Undecodable(Exception):
    """The data is at fault and stays so: a dead letter. Raised only by its subclasses.

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


class NotConfluentFraming(Undecodable):
    """The bytes do not start with magic byte 0 and a 4-byte schema id."""


class UnknownSchema(Undecodable):
    """No schema has the id in the frame."""


class WrongSchema(Undecodable):
    """The writer's schema is not one of this record, or cannot be read as it."""


class Truncated(Undecodable):
    """The body ends before its schema does."""


class TrailingBytes(Undecodable):
    """The body goes on after its schema has ended."""


class MalformedAvro(Undecodable):
    """The body breaks the Avro specification, or holds a value outside its logical type."""


class MalformedJson(Undecodable):
    """A line that is not one JSON object in UTF-8 with distinct keys."""


class MalformedContainer(Undecodable):
    """An Avro object container file with a broken header or block."""


class ContractViolation(Undecodable):
    """Well-formed data that docs/spec/contract.md does not allow."""


class RegistryAway(Exception):
    """The schema registry did not answer. To be retried: the data may be perfectly good."""


class BadRegistryOptions(Exception):
    """The registry's client cannot be made with the options that it was given."""


class NotRegistered(Exception):
    """Our own schema is not in the registry; an operator must register it."""
