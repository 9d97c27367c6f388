"""`adjudicate`: decide the claims and apply the reviews of a file without Kafka."""

import sys
from pathlib import Path

from stream_edits.app.wiring import decision_builder
from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.jsonl import BadLine
from stream_edits.commands.claim_files import open_events, report_bad_line
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.report import print_report
from stream_edits.settings import Settings
from stream_edits.stages.encounter import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.retention import Retention
from stream_edits.stages.reviews import ReviewRefused


def adjudicate_file(settings: Settings, file: str, form: str) -> int:
    """Process the claims and reviews of a file in its order; print each decision as it is made.

    ``form`` is ``json``, or ``table`` for one table at the end. Returns the number of lines that
    are not valid, that reuse the id of another provider's claim, or that are reviews which change
    nothing because they are stale or about something unknown. Raises PolicyError.
    """
    run = Pipeline(decision_builder(settings), Retention(settings.retention_days))
    name = "-" if file == "-" else Path(file).name
    decisions: list[ClaimDecision] = []
    bad = 0
    with open_events(file) as events:
        for number, event in events:
            decided = _decided(run, event, Source(name, 0, number))
            if isinstance(decided, BadLine):
                bad += 1
                report_bad_line(decided)
                continue
            if form == "json":
                sys.stdout.write("".join(decision_to_json(each) + "\n" for each in decided))
            else:
                decisions += decided
    if form == "table":
        print_report(decisions)
    sys.stdout.flush()
    return bad


def _decided(
    run: Pipeline, event: ClaimEvent | ReviewEvent | BadLine, source: Source
) -> list[ClaimDecision] | BadLine:
    """The decisions that a line causes, or what is wrong with it."""
    try:
        if isinstance(event, ReviewEvent):
            return list(run.review(event))
        if isinstance(event, ClaimEvent):
            return list(run.decide(event, source))
    except ClaimIdReused as fault:
        return BadLine(source.offset, type(fault).__name__, str(fault))
    except ReviewRefused as refused:
        return BadLine(source.offset, refused.error_class, str(refused))
    return event
