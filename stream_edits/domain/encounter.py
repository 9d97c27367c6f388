"""Which encounter a line belongs to (docs/spec/edits.md, Vocabulary).

An encounter is one visit: member, billing NPI, and the source's encounter number when it has one,
else the date of the line's start time, else its service date.
"""

from datetime import date, datetime

from stream_edits.domain.claim import ClaimEvent, ServiceLine


def encounter_date(line: ServiceLine) -> date:
    """The day of a line's encounter: the date it started, else its date of service."""
    return line.start_time.date() if line.start_time else line.service_date


def _joined_days(claim: ClaimEvent) -> list[date]:
    """The day of each line's encounter; one that runs across midnight keeps its first day.

    A line joins the encounter of the line that ends just when it starts, and so on down the chain.
    """
    days = [encounter_date(line) for line in claim.lines]
    by_start = sorted((line.start_time, i) for i, line in enumerate(claim.lines) if line.start_time)
    first_day_ending_at: dict[datetime, date] = {}
    for start, i in by_start:
        days[i] = min(days[i], first_day_ending_at.get(start, days[i]))
        end = claim.lines[i].end_time
        if end and end > start:
            first_day_ending_at[end] = min(days[i], first_day_ending_at.get(end, days[i]))
    return days


def encounter_keys(claim: ClaimEvent) -> tuple[str, ...]:
    """The encounter key of each line, in line order."""
    provider = f"{claim.member_id}|{claim.billing_provider_npi}|"
    if claim.encounter_id:
        # A source's number may look like a date; the mark keeps the two kinds apart.
        return (f"{provider}#{claim.encounter_id}",) * len(claim.lines)
    days = {encounter_date(line) for line in claim.lines}
    if len(days) == 1:
        return (provider + days.pop().isoformat(),) * len(claim.lines)
    return tuple(provider + day.isoformat() for day in _joined_days(claim))


def distinct(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys once each, in order of first appearance."""
    return tuple(dict.fromkeys(keys))


def billing_npi_in(encounter_key: str, member_id: str) -> str:
    """The billing NPI in an encounter key of that member, whose id may hold any character."""
    return encounter_key[len(member_id) + 1 :].partition("|")[0]
