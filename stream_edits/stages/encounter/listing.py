"""The keys that a claim is listed under, by which other claims of the member find it."""

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.encounter import numbered_days
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus


def listing_keys(claim: ClaimEvent) -> tuple[str, ...]:
    """The listing keys of a claim: its service days at the billing NPI.

    All claims of one encounter share a service day, because the days of a stay are joined within
    one claim only. A claim with an encounter number is also listed under that number for each day
    and for the day before, where an add-on may find its primary. The keys leave out the member,
    who is the same for the whole list.
    """
    npi = claim.billing_provider_npi
    days = dict.fromkeys([line.service_date for line in claim.lines])
    keys = [f"{npi}|{day.isoformat()}" for day in days]
    if claim.encounter_id:
        keys += [f"{npi}|{day}" for day in numbered_days(days, claim.encounter_id)]
    return tuple(keys)


def takes_part(record: ClaimRecord) -> bool:
    """Whether other claims are judged against this one: it is open, or has decided lines."""
    return bool(record.lines) or record.status is ClaimStatus.OPEN
