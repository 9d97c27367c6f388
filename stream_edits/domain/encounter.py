"""Encounter keys: which encounter a line belongs to (docs/spec/edits.md, Vocabulary).

A key consists of the member, the billing NPI, and the source's encounter number. Without an
encounter number, the date of the line's start time is used, or else its service date.
"""

from datetime import date, datetime

from stream_edits.domain.claim import ClaimEvent, ServiceLine


def encounter_date(line: ServiceLine) -> date:
    """The date of a line's encounter: that of its start time, or else its service date."""
    return line.start_time.date() if line.start_time else line.service_date


def _joined_days(claim: ClaimEvent) -> list[date]:
    """The date of each line's encounter. An encounter across midnight keeps its first date.

    A line that starts exactly when another line of the claim ends gets the date of that line.
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
        # An encounter number may look like a date, so the prefix tells the two apart.
        return (f"{provider}#{claim.encounter_id}",) * len(claim.lines)
    days = {encounter_date(line) for line in claim.lines}
    if len(days) == 1:
        return (provider + days.pop().isoformat(),) * len(claim.lines)
    return tuple(provider + day.isoformat() for day in _joined_days(claim))


def distinct(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys without duplicates, in order of first appearance."""
    return tuple(dict.fromkeys(keys))


def billing_npi_in(encounter_key: str, member_id: str) -> str:
    """The billing NPI in an encounter key of that member. A member id may hold any character."""
    return encounter_key[len(member_id) + 1 :].partition("|")[0]
