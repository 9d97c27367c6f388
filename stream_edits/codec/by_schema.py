"""One decoder for each schema id that records come with."""

from collections.abc import Callable
from typing import TypeVar

from stream_edits.codec.errors import WrongSchema
from stream_edits.codec.schemas import SchemaSource

T = TypeVar("T")


class BySchema(dict[int, T]):
    """Decoders by schema id. One is made when its id is first looked up.

    ``make`` makes a decoder of a schema's text. A lookup raises WrongSchema when a record cannot
    be read from that schema, RegistryAway when the schema cannot be looked up now.
    """

    def __init__(self, source: SchemaSource, make: Callable[[str], T]) -> None:
        super().__init__()
        self._source = source
        self._make = make
        self._refused: dict[int, str] = {}

    def __missing__(self, number: int) -> T:
        # An id never changes its schema, so refusals are kept too.
        if number in self._refused:
            raise WrongSchema(self._refused[number])
        try:
            made = self._make(self._source.schema_text(number))
        except WrongSchema as error:
            self._refused[number] = error.message
            raise
        self[number] = made
        return made
