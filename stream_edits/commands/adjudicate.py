"""`adjudicate`: decide the claims and apply the reviews of a file without Kafka."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stream_edits.app.wiring import decision_builder
from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.jsonl import BadLine
from stream_edits.commands.adjustments import print_adjustments
from stream_edits.commands.claim_files import open_events, report_bad_line
from stream_edits.commands.x12_options import X12Options
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.remittance.ledger import Ledger
from stream_edits.report import print_report
from stream_edits.settings import Settings
from stream_edits.stages.encounter import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.retention import Retention
from stream_edits.stages.reviews import ReviewRefused

_NO_X12 = X12Options()


def adjudicate_file(settings: Settings, file: str, form: str, x12: X12Options = _NO_X12) -> int:
    """Process the claims and reviews of a file in its order; print each decision as it is made.

    ``form`` is ``json``, or ``table`` for one table at the end. Returns the number of lines that
    are not valid, that reuse the id of another provider's claim, or that are reviews which change
    nothing because they are stale or about something unknown. ``x12`` is how to read an X12 file.
    Raises PolicyError, BadX12Option, NotX12.
    """
    decisions: list[ClaimDecision] = []
    bad = 0
    for decided in _decided(settings, file, x12):
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


def adjudicate_adjustments(
    settings: Settings, file: str, form: str, x12: X12Options = _NO_X12
) -> int:
    """Decide the claims of a file, and print at the end what the decisions that stand take away.

    ``form`` is ``json`` or ``csv``. Returns the number of lines that are not valid claims, and of
    decisions that cannot be stated. Raises PolicyError, BadX12Option, NotX12.
    """
    ledger, bad = Ledger(), 0
    for decided in _decided(settings, file, x12):
        if decided is None:
            bad += 1
            continue
        for decision in decided.decisions:
            ledger.add_decision(decision)
        if decided.claim is not None:
            ledger.add_claim(decided.source, decided.claim)
    return bad + print_adjustments(ledger, form)


class _Decided(NamedTuple):
    """A line of a file and the decisions that it caused. A review has no claim."""

    claim: ClaimEvent | None
    source: Source
    decisions: list[ClaimDecision]


def _decided(settings: Settings, file: str, x12: X12Options) -> Iterator[_Decided | None]:
    """Each line of a file, processed; None for a bad one, which is reported on stderr."""
    run = Pipeline(decision_builder(settings), Retention(settings.retention_days))
    name = "-" if file == "-" else Path(file).name
    with open_events(file, x12) as events:
        for number, event in events:
            processed = _processed(run, event, Source(name, 0, number))
            if isinstance(processed, BadLine):
                report_bad_line(processed)
                yield None
            else:
                yield processed


def _processed(
    run: Pipeline, event: ClaimEvent | ReviewEvent | BadLine, source: Source
) -> _Decided | BadLine:
    """The decisions that a line causes, or what is wrong with it."""
    try:
        if isinstance(event, ReviewEvent):
            return _Decided(None, source, list(run.review(event)))
        if isinstance(event, ClaimEvent):
            return _Decided(event, source, list(run.decide(event, source)))
    except ClaimIdReused as fault:
        return BadLine(source.offset, type(fault).__name__, str(fault))
    except ReviewRefused as refused:
        return BadLine(source.offset, refused.error_class, str(refused))
    return event
