"""ClaimEvent: framed Avro to the domain and back."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from stream_edits.codec.avsc import Parsed, parse
from stream_edits.codec.errors import WrongSchema
from stream_edits.codec.framing import schema_id
from stream_edits.codec.plan import Record
from stream_edits.codec.reading import Decoder, decoder, read_body
from stream_edits.codec.resolution import resolve
from stream_edits.codec.schemas import CLAIM_EVENT, SchemaSource, schema_of
from stream_edits.codec.violations import validated
from stream_edits.codec.writing import Encoder, encoder
from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)

_ENUMS: dict[str, Callable[[str], object]] = {
    "LineOfBusiness": LineOfBusiness,
    "ClaimForm": ClaimForm,
    "Supervision": Supervision,
}
_MODELS: tuple[type[BaseModel], ...] = (ClaimEvent, ServiceLine, Attachment)


def claim_decoder(schema_text: str) -> Decoder:
    """A decoder of claims written with that schema, into what ``ClaimEvent`` validates.

    Raises WrongSchema when it is another record's, or one that a claim cannot be read from.
    """
    return decoder(_plan(schema_text), enums=_ENUMS)


class ClaimReader:
    """Decodes claims, whatever schema each was written with; one decoder a schema id."""

    def __init__(self, source: SchemaSource) -> None:
        self._source = source
        self._decoders: dict[int, Decoder] = {}
        self._trusting: dict[int, Decoder] = {}
        self._refused: dict[int, str] = {}

    def decode(self, framed: bytes) -> ClaimEvent:
        """The claim in a record of ``claims.events``.

        Raises Undecodable when the data is at fault, RegistryAway when its schema cannot be
        looked up now.
        """
        number = schema_id(framed)
        decode = self._decoders.get(number) or self._prepared(number)
        return validated(ClaimEvent.model_validate, read_body(decode, framed))

    def decode_again(self, framed: bytes) -> ClaimEvent:
        """The claim in bytes that ``decode`` accepted before, here or at an earlier stage.

        A third quicker where they were written with our own schema: the values are not judged
        again. Raises as ``decode`` does.
        """
        number = schema_id(framed)
        if number not in self._decoders:
            self._prepared(number)
        trusting = self._trusting.get(number)
        if trusting is None:
            return self.decode(framed)
        claim: ClaimEvent = read_body(trusting, framed)
        return claim

    def _prepared(self, number: int) -> Decoder:
        # An id never changes its schema, so a refusal stands as well.
        if number in self._refused:
            raise WrongSchema(self._refused[number])
        try:
            plan = _plan(self._source.schema_text(number))
        except WrongSchema as error:
            self._refused[number] = error.message
            raise
        if plan == _own_plan():
            self._trusting[number] = decoder(plan, _UNJUDGED, _ENUMS)
        self._decoders[number] = decoder(plan, enums=_ENUMS)
        return self._decoders[number]


def claim_encoder(number: int) -> Encoder:
    """A function ClaimEvent -> framed bytes, for a publisher to whom our schema has that id."""
    return encoder(_ours(), number)


def _ours() -> Parsed:
    return schema_of(CLAIM_EVENT).parsed


def _own_plan() -> Record:
    return resolve(_ours(), _ours())


def _plan(schema_text: str) -> Record:
    own = schema_of(CLAIM_EVENT)
    writer = own.parsed if schema_text == own.text else parse(schema_text)
    return resolve(writer, own.parsed)


def _unjudged(model: type[BaseModel]) -> Callable[..., Any]:
    """What ``model_construct`` does, for values that are all there and in the model's order."""
    names, put = tuple(model.model_fields), object.__setattr__
    given = set(names)

    def construct(*values: Any) -> Any:
        made = model.__new__(model)
        put(made, "__dict__", dict(zip(names, values, strict=True)))
        put(made, "__pydantic_fields_set__", given)
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made

    return construct


_UNJUDGED = {model.__name__: _unjudged(model) for model in _MODELS}
