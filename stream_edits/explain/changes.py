"""What a provider may change or send. Everything else of a claim stays as it is.

A change touches the code, units and modifiers of one line, the attachments of its claim, or sends
the claim of a further service. It never touches a time, day, place, diagnosis, supervisor, provider
or member.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from stream_edits.domain.claim import ORIGINAL, REPLACEMENT, Attachment, ClaimEvent, ServiceLine


class ChangeKind(StrEnum):
    """The kinds of change, as they are named in JSON."""

    DOCUMENT = "send_document"
    RECODE = "recode"
    UNITS = "cut_units"
    MODIFIER = "add_modifier"
    CLAIM = "send_claim"


# Of these kinds a line may have several changes.
_SEVERAL = {ChangeKind.DOCUMENT, ChangeKind.MODIFIER, ChangeKind.CLAIM}
# Whether these are true only the record of the visit says.
IF_RECORDED = _SEVERAL


class LineChange(NamedTuple):
    """One part of a remedy, on a line of a claim.

    ``value`` is the kind of document, the code or modifier to bill, the units, or the code of the
    service whose claim is to be sent.
    """

    kind: ChangeKind
    claim_id: str
    line_number: int
    value: str | float


Changes = tuple[LineChange, ...]


def combined(before: Changes, more: Iterable[LineChange]) -> Changes:
    """The changes together, sorted. A new code or number of units takes the place of an old one."""
    slots = {_slot(each): each for each in (*before, *more)}
    return in_order(slots.values())


def in_order(changes: Iterable[LineChange]) -> Changes:
    """Each of the changes once, sorted."""
    return tuple(sorted(set(changes), key=lambda x: (*x[:3], str(x.value))))


def _slot(change: LineChange) -> tuple[object, ...]:
    own = change.value if change.kind in _SEVERAL else None
    return (change.kind, change.claim_id, change.line_number, own)


def changed(claim: ClaimEvent, changes: Iterable[LineChange]) -> ClaimEvent:
    """A claim with the changes that are about it."""
    own = [x for x in changes if x.claim_id == claim.claim_id and x.kind is not ChangeKind.CLAIM]
    documents = [x for x in own if x.kind is ChangeKind.DOCUMENT]
    sent = tuple(Attachment(kind=str(x.value), line_numbers=(x.line_number,)) for x in documents)
    return replace(
        claim,
        lines=tuple(_changed_line(line, own) for line in claim.lines),
        attachments=(*claim.attachments, *sent),
    )


def _changed_line(line: ServiceLine, changes: Sequence[LineChange]) -> ServiceLine:
    for change in changes:
        if change.line_number != line.line_number:
            continue
        if change.kind is ChangeKind.RECODE:
            line = replace(line, procedure_code=str(change.value))
        elif change.kind is ChangeKind.UNITS:
            line = replace(line, units=float(change.value))
        elif change.kind is ChangeKind.MODIFIER:
            line = replace(line, modifiers=(*line.modifiers, str(change.value)))
    return line


def sent_again(claim: ClaimEvent, changes: Iterable[LineChange], at: datetime) -> ClaimEvent:
    """The claim as it would come again under its own id, with these changes."""
    event_id = f"{claim.event_id}-changed"
    return replace(changed(claim, changes), event_id=event_id, event_time=at, received_date=None)


def replacement(claim: ClaimEvent, changes: Iterable[LineChange], at: datetime) -> ClaimEvent:
    """The replacement claim (frequency code 7) with these changes, under an id of its own."""
    return replace(
        sent_again(claim, changes, at),
        claim_id=f"{claim.claim_id}-replacement",
        frequency_code=REPLACEMENT,
        replaces_claim_id=claim.claim_id,
    )


def missing_claim(claim: ClaimEvent, change: LineChange, at: datetime) -> ClaimEvent:
    """The claim of a service that another claim's line waits for: one unit, without times.

    Whoever gave the line's service is taken to have given this one, on the same day and in the same
    place.
    """
    beside = next(x for x in claim.lines if x.line_number == change.line_number)
    line = ServiceLine(
        line_number=1,
        procedure_code=str(change.value),
        units=1.0,
        service_date=beside.service_date,
        place_of_service=beside.place_of_service,
        revenue_code=beside.revenue_code,
        rendering_provider_npi=beside.rendering_provider_npi,
        supervising_provider_npi=beside.supervising_provider_npi,
        supervision=beside.supervision,
        diagnosis_pointers=beside.diagnosis_pointers,
    )
    return replace(
        claim,
        event_id=f"{claim.event_id}-missing-{change.value}",
        event_time=at,
        claim_id=f"{claim.claim_id}-missing-{change.value}",
        frequency_code=ORIGINAL,
        replaces_claim_id=None,
        received_date=None,
        attachments=(),
        lines=(line,),
    )
