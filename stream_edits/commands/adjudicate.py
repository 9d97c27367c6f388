"""`adjudicate`: decide the claims of a file without Kafka."""

import sys
from pathlib import Path

from stream_edits.app.wiring import decision_builder
from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.jsonl import BadLine
from stream_edits.commands.claim_files import open_claims, report_bad_line
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.report import print_report
from stream_edits.settings import Settings
from stream_edits.stages.encounter import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.retention import Retention


def adjudicate_file(settings: Settings, file: str, form: str) -> int:
    """Decide the claims of a file in its order, and print each decision as it is made.

    ``form`` is ``json``, or ``table`` for one table at the end. Returns the number of lines that
    are not valid claims, or reuse the id of another provider's claim. Raises PolicyError.
    """
    run = Pipeline(decision_builder(settings), Retention(settings.retention_days))
    name = "-" if file == "-" else Path(file).name
    decisions: list[ClaimDecision] = []
    bad = 0
    with open_claims(file) as claims:
        for number, claim in claims:
            if isinstance(claim, BadLine):
                bad += 1
                report_bad_line(claim)
                continue
            try:
                decided = list(run.decide(claim, Source(name, 0, number)))
            except ClaimIdReused as fault:
                bad += 1
                report_bad_line(BadLine(number, type(fault).__name__, str(fault)))
                continue
            if form == "json":
                sys.stdout.write("".join(decision_to_json(each) + "\n" for each in decided))
            else:
                decisions += decided
    if form == "table":
        print_report(decisions)
    sys.stdout.flush()
    return bad
