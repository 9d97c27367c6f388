"""The keys that a claim is listed under, by which other claims of the member find it."""

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus


def listing_keys(claim: ClaimEvent, encounter_keys: tuple[str, ...]) -> tuple[str, ...]:
    """The listing keys of a claim: its encounters, and its service days at the billing NPI.

    The service days find duplicates with another encounter number. The keys leave out the member,
    who is the same for the whole list.
    """
    member = len(claim.member_id) + 1
    encounters = [key[member:] for key in dict.fromkeys(encounter_keys)]
    days = dict.fromkeys([x.service_date for x in claim.lines])
    services = [f"{claim.billing_provider_npi}|{day.isoformat()}" for day in days]
    return tuple(dict.fromkeys([*encounters, *services]))


def takes_part(record: ClaimRecord) -> bool:
    """Whether other claims are judged against this one: it is open, or has decided lines."""
    return bool(record.lines) or record.status is ClaimStatus.OPEN
