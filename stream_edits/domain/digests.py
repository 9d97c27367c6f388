"""Digests that recognize a re-sent event or unchanged content: BLAKE2b, 16 bytes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.field_types import Day, Instant, Text, Truth, UnitOfMeasure
from stream_edits.domain.normalized import UNIT

_SIZE = 16
_to_json = TypeAdapter(ClaimEvent).dump_json
_PUBLICATION = {"event_id": True, "event_time": True, "received_date": True}
_CENT, _UNIT_PRICE = Decimal("0.01"), Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class _UsualLine(ServiceLine):
    unit_of_measure: Annotated[UnitOfMeasure, Field(exclude=True)] = UNIT


@dataclass(frozen=True, kw_only=True)
class _UsualClaim(ClaimEvent):
    """Serializes a claim in units of service that is not a crossover, as nearly all are.

    Excluded are the fields of the publication, and those that came later and have a default other
    than null, so that digests of the first edition still match. The class declares it because
    pydantic takes half as long again when each call names the fields.
    """

    event_id: Annotated[Text, Field(exclude=True)]
    event_time: Annotated[Instant, Field(exclude=True)]
    received_date: Annotated[Day | None, Field(exclude=True)] = None
    crossover: Annotated[Truth, Field(exclude=True)] = False
    lines: tuple[_UsualLine, ...]


_usual_to_json: Callable[..., bytes] = TypeAdapter(_UsualClaim).dump_json


def event_digest(event_id: str) -> bytes:
    """The digest of an event id: 16 bytes."""
    return blake2b(event_id.encode(), digest_size=_SIZE).digest()


def content_digest(claim: ClaimEvent) -> bytes:
    """The digest of a claim without its event id, event time and received date: 16 bytes.

    A field of the second edition counts only where it differs from its default.
    Equal amounts give equal digests whatever their number of decimals (125.5 and 125.50).
    Different units give different digests, also when they are NaN or infinite.
    """
    if not _canonical(claim.lines):
        claim = replace(claim, lines=tuple(map(_rewritten, claim.lines)))
    if not claim.crossover and {line.unit_of_measure for line in claim.lines} == {UNIT}:
        content = _usual_to_json(claim, exclude_none=True)
    else:
        content = _to_json(claim, exclude=_left_out(claim), exclude_none=True)
    return blake2b(content, digest_size=_SIZE).digest()


def _left_out(claim: ClaimEvent) -> dict[str, Any]:
    """What the digest leaves out, as pydantic's ``exclude``."""
    usual = [place for place, line in enumerate(claim.lines) if line.unit_of_measure == UNIT]
    lines = {place: {"unit_of_measure": True} for place in usual}
    return {**_PUBLICATION, "lines": lines, **({} if claim.crossover else {"crossover": True})}


def _canonical(lines: Iterable[ServiceLine]) -> bool:
    for line in lines:
        charge, price = line.charge_amount, line.drug_unit_price
        if charge is not None and not charge.same_quantum(_CENT):
            return False
        if price is not None and not price.same_quantum(_UNIT_PRICE):
            return False
    return True


def _rewritten(line: ServiceLine) -> ServiceLine:
    return replace(
        line,
        charge_amount=_quantized(line.charge_amount, _CENT),
        drug_unit_price=_quantized(line.drug_unit_price, _UNIT_PRICE),
    )


def _quantized(amount: Decimal | None, quantum: Decimal) -> Decimal | None:
    # Adding zero removes the sign of a negative zero.
    return None if amount is None else amount.quantize(quantum) + 0
