"""`decisions`: read the decisions back from the three decision topics."""

import sys

from stream_edits.app.wiring import schema_source
from stream_edits.codec.decisions import decision_to_json
from stream_edits.commands.progress import Progress
from stream_edits.commands.records.decision_records import published_decisions
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.errors import EngineStopped
from stream_edits.report import print_report
from stream_edits.settings import Settings

# It does not repeat the id, which may be that of a member's claim.
NO_DECISION = (
    "there is no decision on this claim on the decision topics; check its id, and whether the "
    "stages run (`stream-edits decisions --wait 60` waits for them)"
)


def print_decisions(
    settings: Settings, claim_id: str | None, form: str, wanted_progress: bool | None = None
) -> int:
    """Print the decisions committed so far, of one claim or of all.

    ``form`` is ``json``, topic after topic, or ``table``, by the time of the causing event.
    Returns the number of records that are not decisions; each is reported on stderr by its place.
    Prints a summary on stderr. Raises EngineStopped for a claim without a decision, ClientError,
    RegistryAway.
    """
    decisions: list[ClaimDecision] = []
    claim_ids = None if claim_id is None else {claim_id}
    with Progress(wanted_progress, unit="records") as progress:
        found = published_decisions(
            settings, schema_source(settings), claim_ids=claim_ids, refuse=progress.refuse
        )
        for _, decision in found:
            progress.count()
            if decision is None:
                continue
            progress.decide([decision])
            if form == "json":
                sys.stdout.write(decision_to_json(decision) + "\n")
            else:
                decisions.append(decision)
    if claim_id is not None and not progress.read:
        raise EngineStopped(NO_DECISION)
    if form == "table":
        print_report(sorted(decisions, key=lambda d: (d.decided_at, d.claim_id, d.revision)))
    sys.stdout.flush()
    progress.summary()
    return progress.refused
