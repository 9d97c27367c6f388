"""`pends`: the claims whose newest decision is PEND, the most urgent first."""

import sys
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from stream_edits.app.wiring import schema_source
from stream_edits.commands.progress import Progress
from stream_edits.commands.records.decision_records import published_decisions
from stream_edits.domain.decision import ClaimDecision, WaitsFor
from stream_edits.report.pends import HeldClaims, as_csv, as_json, print_held
from stream_edits.settings import Settings


class Wanted(NamedTuple):
    """Which held claims to list: as of a day, and of these only those that fit.

    ``due_within`` is the most days left; a claim without a last day then does not fit.
    """

    as_of: date
    waits_for: WaitsFor | None = None
    due_within: int | None = None


def print_pends(settings: Settings, wanted: Wanted, form: str) -> int:
    """Print the claims held by the decisions committed so far.

    ``form`` is ``table``, ``json`` or ``csv``. Returns the number of records that are not
    decisions; each is reported on stderr by its place. Raises ClientError, EngineStopped,
    RegistryAway.
    """
    held = HeldClaims()
    with Progress(wanted=True, unit="decisions") as progress:
        for decision in _decisions(settings, held, progress):
            held.add(decision)
    listed = [
        each
        for each in held.by_urgency(wanted.as_of)
        if wanted.waits_for in (None, each.waits_for)
        and (
            wanted.due_within is None
            or (each.days_left is not None and each.days_left <= wanted.due_within)
        )
    ]
    if form == "table":
        print_held(listed)
    elif form == "csv":
        sys.stdout.writelines(as_csv(listed))
    else:
        sys.stdout.writelines(as_json(each) + "\n" for each in listed)
    sys.stdout.flush()
    return progress.refused


def _decisions(settings: Settings, held: HeldClaims, progress: Progress) -> Iterator[ClaimDecision]:
    """The decisions that may say whether a claim is held.

    The PEND topic comes first. Of the others only those count that close a claim seen there, so
    that not every claim ever decided is kept.
    """
    pend = settings.topics.pend
    found = published_decisions(
        settings, schema_source(settings), pends_first=True, refuse=progress.refuse
    )
    for record, decision in found:
        progress.count()
        if decision is not None and (record.topic == pend or held.concerns(decision)):
            yield decision
