"""ClaimEvent: framed Avro to the domain and back."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, NamedTuple, cast, get_args, get_type_hints

from pydantic import AfterValidator

from stream_edits.codec.avro import (
    Cleaning,
    Decoder,
    Encoder,
    decoder,
    parse,
    read_value,
    resolve,
    resolve_tolerantly,
)
from stream_edits.codec.avro.plan import Array, Enum, Plan, Record, Union
from stream_edits.codec.by_schema import BySchema
from stream_edits.codec.framing import BODY_START, encoder, schema_id
from stream_edits.codec.schemas import CLAIM_EVENT, SchemaSource, schema_of
from stream_edits.codec.violations import claim_of
from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)
from stream_edits.domain.normalized import CLEANINGS

_ENUMS: dict[str, Callable[[str], object]] = {
    "LineOfBusiness": LineOfBusiness,
    "ClaimForm": ClaimForm,
    "Supervision": Supervision,
}
_Record = ClaimEvent | ServiceLine | Attachment
_RECORDS: tuple[type[_Record], ...] = (ClaimEvent, ServiceLine, Attachment)


class ClaimDecoder(NamedTuple):
    """Reads claims of one writer's schema: ``read`` takes bytes, ``judge`` checks the value.

    ``judge`` raises ContractViolation for a value that is not a valid claim.
    """

    read: Decoder
    judge: Callable[[Any], ClaimEvent]


def claim_decoder(schema_text: str) -> ClaimDecoder:
    """The decoder of claims written with that schema.

    Raises WrongSchema when it is another record's, or a claim cannot be read from it.
    """
    own = schema_of(CLAIM_EVENT)
    writer = own.parsed if schema_text == own.text else parse(schema_text)
    plan = resolve_tolerantly(writer, own.parsed)
    if _reads_alike(plan, resolve(own.parsed, own.parsed)):
        # Reading our own types checks all that pydantic would, at half the cost of both, except
        # that a claim has lines. tests/codec/test_unjudged.py compares the two.
        read = decoder(_with_domain_defaults(plan), _UNJUDGED, _ENUMS, cleaning=_CLEANING)
        return ClaimDecoder(read, _with_lines)
    return ClaimDecoder(decoder(plan, enums=_ENUMS), claim_of)


def _reads_alike(plan: Plan, own: Plan) -> bool:
    """Whether every field that the writer has gives the same values as in our own schema."""
    if isinstance(plan, Record) and isinstance(own, Record):
        ours = {field.name: field.plan for field in own.fields}
        return all(x.name is None or _reads_alike(x.plan, ours[x.name]) for x in plan.fields)
    if isinstance(plan, Array) and isinstance(own, Array):
        return _reads_alike(plan.item, own.item)
    if isinstance(own, Union):
        written = plan.branches if isinstance(plan, Union) else (plan,)
        return set(written) <= set(own.branches)
    return plan == own or (isinstance(plan, Enum) and isinstance(own, Enum))


def _with_domain_defaults(plan: Any) -> Any:
    """The plan with the defaults of the dataclasses: they have an enum where a schema has text."""
    if isinstance(plan, Array):
        return replace(plan, item=_with_domain_defaults(plan.item))
    if not isinstance(plan, Record):
        return plan
    return replace(
        plan,
        fields=tuple(replace(x, plan=_with_domain_defaults(x.plan)) for x in plan.fields),
        defaults=tuple((name, _DEFAULTS[plan.name][name]) for name, _ in plan.defaults),
    )


class ClaimReader:
    """Decodes claims of any writer's schema; keeps one decoder for each schema id."""

    def __init__(self, source: SchemaSource) -> None:
        self._decoders = BySchema(source, claim_decoder)

    def decode(self, framed: bytes) -> ClaimEvent:
        """The claim in a record of ``claims.events``.

        Raises Undecodable when the data is at fault, RegistryAway when its schema cannot be looked
        up now.
        """
        read, judge = self._decoders[schema_id(framed)]
        return judge(read_value(read, framed, BODY_START))


def claim_encoder(number: int) -> Encoder:
    """A function ClaimEvent -> framed bytes, where our schema has that id."""
    return encoder(schema_of(CLAIM_EVENT).parsed, number)


def _with_lines(claim: ClaimEvent) -> ClaimEvent:
    return claim if claim.lines else claim_of(vars(claim))


def _unjudged(record: type[_Record]) -> Callable[[dict[str, Any]], Any]:
    """A constructor of the dataclass for complete values in its own field order.

    A frozen dataclass's own constructor sets fields one by one: as slow as reading them.
    """
    new, put = record.__new__, object.__setattr__

    def construct(values: dict[str, Any]) -> Any:
        made = new(record)
        put(made, "__dict__", values)
        return made

    return construct


def _cleaning_of(hint: Any) -> Callable[[str], str] | None:
    """What pydantic makes of a coded field's text, from the field's annotation."""
    for part in get_args(hint):
        if isinstance(part, AfterValidator):
            return cast(Callable[[str], str], part.func)
    found = (_cleaning_of(part) for part in get_args(hint))
    return next((clean for clean in found if clean), None)


def _cleanings_of(record: type[_Record]) -> dict[str, Callable[[str], str]]:
    hints = get_type_hints(record, include_extras=True)
    found = ((name, _cleaning_of(hint)) for name, hint in hints.items())
    return {name: clean for name, clean in found if clean in CLEANINGS}


# Texts that few values share among many claims: read as they are, but found without decoding.
_SHARED: dict[str, dict[str, Callable[[str], str]]] = {
    "ServiceLine": dict.fromkeys(("ndc", "drug_name"), str),
}
_CLEANING: Cleaning = {
    record.__name__: _cleanings_of(record) | _SHARED.get(record.__name__, {}) for record in _RECORDS
}
_DEFAULTS = {record.__name__: {x.name: x.default for x in fields(record)} for record in _RECORDS}
_UNJUDGED = {record.__name__: _unjudged(record) for record in _RECORDS}
