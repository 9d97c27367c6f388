"""`adjudicate`: decide the claims of a file without Kafka."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stream_edits.app.wiring import decision_builder
from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.jsonl import BadLine
from stream_edits.commands.adjustments import print_adjustments
from stream_edits.commands.claim_files import open_claims, report_bad_line
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.remittance.ledger import Ledger
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
    decisions: list[ClaimDecision] = []
    bad = 0
    for decided in _decided(settings, file):
        if decided is None:
            bad += 1
        elif form == "json":
            each_line = (decision_to_json(each) + "\n" for each in decided.decisions)
            sys.stdout.write("".join(each_line))
        else:
            decisions += decided.decisions
    if form == "table":
        print_report(decisions)
    sys.stdout.flush()
    return bad


def adjudicate_adjustments(settings: Settings, file: str, form: str) -> int:
    """Decide the claims of a file, and print at the end what the decisions that stand take away.

    ``form`` is ``json`` or ``csv``. Returns the number of lines that are not valid claims, and of
    decisions that cannot be stated. Raises PolicyError.
    """
    ledger, bad = Ledger(), 0
    for decided in _decided(settings, file):
        if decided is None:
            bad += 1
            continue
        for decision in decided.decisions:
            ledger.add_decision(decision)
        ledger.add_claim(decided.source, decided.claim)
    return bad + print_adjustments(ledger, form)


class _Decided(NamedTuple):
    """A claim of a file, and the decisions that it caused, also on other claims."""

    claim: ClaimEvent
    source: Source
    decisions: list[ClaimDecision]


def _decided(settings: Settings, file: str) -> Iterator[_Decided | None]:
    """Each claim of a file, decided; None for a bad line, which is reported on stderr."""
    run = Pipeline(decision_builder(settings), Retention(settings.retention_days))
    name = "-" if file == "-" else Path(file).name
    with open_claims(file) as claims:
        for number, claim in claims:
            if isinstance(claim, BadLine):
                report_bad_line(claim)
                yield None
                continue
            source = Source(name, 0, number)
            try:
                decisions = list(run.decide(claim, source))
            except ClaimIdReused as fault:
                report_bad_line(BadLine(number, type(fault).__name__, str(fault)))
                yield None
            else:
                yield _Decided(claim, source, decisions)
