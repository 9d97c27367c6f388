"""Under which keys a claim is in its member's list, so that other claims find it."""

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus


def listing_keys(claim: ClaimEvent, encounter_keys: tuple[str, ...]) -> tuple[str, ...]:
    """A claim's listing keys: its encounters, and its billing NPI's days of service.

    The days find duplicates that carry another encounter number. The member, who is the same in
    all of them, is left out.
    """
    member = len(claim.member_id) + 1
    encounters = [key[member:] for key in dict.fromkeys(encounter_keys)]
    days = dict.fromkeys([x.service_date for x in claim.lines])
    services = [f"{claim.billing_provider_npi}|{day.isoformat()}" for day in days]
    return tuple(dict.fromkeys([*encounters, *services]))


def takes_part(record: ClaimRecord) -> bool:
    """Whether other claims must find this one: no longer once nothing of it counts."""
    return bool(record.lines) or record.status is ClaimStatus.OPEN
