"""Rewrites keys of state written before an encounter key always named a day (schemas 104, 108).

An encounter key was then ``member|npi|#number`` or ``member|npi|day``, and a claim was listed under
its encounter keys and its service days.
"""

from datetime import date

from stream_edits.domain.encounter import numbered_days, visit_of
from stream_edits.domain.member_state import ClaimRecord, LineRecord, ListedClaim


def of_today(record: ClaimRecord, member_id: str) -> ClaimRecord:
    """The record migrated to current encounter keys, with the billing NPI that they name."""
    lines = tuple([_with_day(line, member_id) for line in record.lines])
    npi = visit_of(lines[0].encounter_key, member_id).billing_npi if lines else ""
    return record._replace(lines=lines, billing_npi=npi)


def _with_day(line: LineRecord, member_id: str) -> LineRecord:
    """The line migrated to its current encounter key.

    The clock no longer moves a line to another day. A line that was joined to an earlier day keeps
    that day.
    """
    start = len(member_id) + 1
    npi, _, rest = line.encounter_key[start:].partition("|")
    if rest.startswith("#"):
        rest = f"{line.service_date.isoformat()}{rest}"
    elif date.fromisoformat(rest) > line.service_date:
        rest = line.service_date.isoformat()
    return line._replace(encounter_key=f"{line.encounter_key[:start]}{npi}|{rest}")


def listed_by_day(claim: ListedClaim) -> ListedClaim:
    """The claim migrated to current listing keys: days, and days under the encounter number."""
    split = [key.partition("|") for key in claim.listing_keys]
    days = [(npi, rest) for npi, _, rest in split if not rest.startswith("#")]
    keys = [f"{npi}|{day}" for npi, day in days]
    for number in (rest[1:] for _, _, rest in split if rest.startswith("#")):
        for npi in dict.fromkeys(npi for npi, _ in days):
            own = [date.fromisoformat(day) for each, day in days if each == npi]
            keys += [f"{npi}|{each}" for each in numbered_days(own, number)]
    return claim._replace(listing_keys=tuple(keys))
