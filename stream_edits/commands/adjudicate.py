"""`adjudicate`: decide the claims and apply the reviews of a file without Kafka."""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stream_edits import collector
from stream_edits.app.wiring import decision_builder
from stream_edits.codec.decisions import decision_to_json
from stream_edits.commands.adjustments import print_adjustments
from stream_edits.commands.files.claim_files import Events, open_events
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.remittance.ledger import Ledger
from stream_edits.report import print_report
from stream_edits.report.wording import voids_of
from stream_edits.settings import Settings
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import Retention

_DEFAULT = FileOptions()


def adjudicate_files(
    settings: Settings, files: Sequence[str], form: str, options: FileOptions = _DEFAULT
) -> int:
    """Process the claims and reviews of files in their order; print each decision as it is made.

    ``form`` is ``json``, or ``table`` for one table at the end. Returns the number of lines that
    are not valid, that reuse the id of another provider's claim, or that are reviews which change
    nothing because they are stale or about something unknown. Prints a summary on stderr. Raises
    PolicyError, BadFiles, BadX12Option.
    """
    decisions: list[ClaimDecision] = []
    voids: dict[str, str] = {}
    with open_events(files, options) as events:
        for decided in _decided(settings, events):
            if form == "json":
                each_line = (decision_to_json(each) + "\n" for each in decided.decisions)
                sys.stdout.write("".join(each_line))
            else:
                decisions += decided.decisions
                voids |= voids_of([decided.claim] if decided.claim else ())
        events.progress.end()
        if form == "table":
            print_report(decisions, voids)
        sys.stdout.flush()
        events.progress.summary()
        return events.bad


def adjudicate_adjustments(
    settings: Settings, files: Sequence[str], form: str, options: FileOptions = _DEFAULT
) -> int:
    """Decide the claims of files, and print at the end what the decisions that stand take away.

    ``form`` is ``json`` or ``csv``. Returns the number of lines that are not valid claims, and of
    decisions that cannot be stated. Prints a summary on stderr. Raises PolicyError, BadFiles,
    BadX12Option.
    """
    ledger = Ledger()
    with open_events(files, options) as events:
        for decided in _decided(settings, events):
            for decision in decided.decisions:
                ledger.add_decision(decision)
            if decided.claim is not None:
                ledger.add_claim(decided.source, decided.claim)
        events.progress.end()
        unstated = print_adjustments(ledger, form)
        sys.stdout.flush()
        events.progress.summary()
        return events.bad + unstated


class _Decided(NamedTuple):
    """An event of a file and the decisions that it caused. A review has no claim."""

    claim: ClaimEvent | None
    source: Source
    decisions: list[ClaimDecision]


def _decided(settings: Settings, events: Events) -> Iterator[_Decided]:
    """Each event that is taken, processed."""
    run = Pipeline(decision_builder(settings), Retention(settings.retention_days))
    with collector.spared():
        yield from _run_over(run, events)


def _run_over(run: Pipeline, events: Events) -> Iterator[_Decided]:
    for source, event in events:
        try:
            if isinstance(event, ReviewEvent):
                decided = _Decided(None, source, list(run.review(event)))
            else:
                decided = _Decided(event, source, list(run.decide(event, source)))
        except ClaimIdReused as fault:
            events.refuse(source, type(fault).__name__, str(fault))
        except ReviewRefused as refused:
            events.refuse(source, refused.error_class, str(refused))
        else:
            events.progress.decide(decided.decisions)
            if not decided.decisions and not _is_upheld(event):
                events.progress.know()
            yield decided


def _is_upheld(event: ClaimEvent | ReviewEvent) -> bool:
    """Whether a review leaves everything as it is, also the first time that it comes."""
    return isinstance(event, ReviewEvent) and event.outcome is ReviewOutcome.UPHOLD
