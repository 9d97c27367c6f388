"""`policy impact`: what a change of the policy does to claims of files or of the topics."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from stream_edits import ENGINE_VERSION, collector
from stream_edits.commands.files.claim_files import open_events
from stream_edits.commands.files.file_options import FileOptions
from stream_edits.commands.progress import Progress
from stream_edits.commands.records.topic_events import topic_events
from stream_edits.commands.records.topic_records import place_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import RollUp, Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.impact.forms import as_csv, as_json
from stream_edits.impact.gate import Limit
from stream_edits.impact.measure import Measurement
from stream_edits.impact.table import print_impact
from stream_edits.impact.tally import Impact
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.settings import Settings
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import Retention

_DEFAULT = FileOptions()
_Refuse = Callable[[Source, str, str], None]
_REUSED = ClaimIdReused.__name__
_Events = Iterator[tuple[Source, ClaimEvent | ReviewEvent | None]]


class Compared(NamedTuple):
    """The policies to compare: the candidate's overlay, and the baseline's or None for none."""

    candidate: Path
    baseline: Path | None


class Measured(NamedTuple):
    """The impact, and the number of lines or records that could not be taken."""

    impact: Impact
    bad: int


def measure_files(
    settings: Settings, compared: Compared, files: Sequence[str], options: FileOptions = _DEFAULT
) -> Measured:
    """Decide the claims of files, one after another, under both. Raises PolicyError, BadFiles."""
    with open_events(files, options) as events:
        measured = _measure(settings, compared, iter(events), events.refuse, events.progress)
        events.progress.summary("decided under both")
        return measured._replace(bad=events.bad)


def measure_topics(settings: Settings, compared: Compared, since: datetime | None) -> Measured:
    """The same with the claims and reviews that are on their topics now.

    ``since`` leaves out records with an earlier timestamp. Raises PolicyError, ClientError,
    EngineStopped, RegistryAway.
    """
    with Progress(wanted=True, unit="claims and reviews") as progress:

        def refuse(source: Source, error_class: str, message: str) -> None:
            progress.refuse(f"{place_of(source)}: {error_class}: {message}")

        events = topic_events(settings, since, refuse)
        return _measure(settings, compared, _counted(events, progress), refuse, progress)


def print_measured(impact: Impact, limits: Sequence[Limit], form: str) -> None:
    """Print the report as ``table``, ``json``, ``csv`` or ``html``."""
    if form == "json":
        sys.stdout.write(as_json(impact, limits))
    elif form == "csv":
        sys.stdout.writelines(as_csv(impact))
    elif form == "html":
        # Only here: the templates' library takes long to load.
        from stream_edits.impact.page import page

        sys.stdout.write(page(impact, limits))
    else:
        print_impact(impact, limits)
    sys.stdout.flush()


def _counted(events: _Events, progress: Progress) -> _Events:
    for event in events:
        progress.count()
        yield event


def _measure(
    settings: Settings, compared: Compared, events: _Events, refuse: _Refuse, progress: Progress
) -> Measured:
    measurement = Measurement(
        _builder(settings, compared.baseline),
        _builder(settings, compared.candidate),
        Retention(settings.retention_days),
    )
    with collector.spared():
        bad = _take_all(measurement, events, refuse)
        progress.say_if_long("all are decided; looking for causes")
        return Measured(measurement.report(), bad)


def _take_all(measurement: Measurement, events: _Events, refuse: _Refuse) -> int:
    """Take the events; returns how many could not be taken."""
    bad = 0
    for source, event in events:
        if event is None:
            bad += 1
            continue
        refused = measurement.take(event, source)
        if refused is not None:
            bad += 1
            name = refused.error_class if isinstance(refused, ReviewRefused) else _REUSED
            refuse(source, name, str(refused))
    return bad


def _builder(settings: Settings, overlay: Path | None) -> DecisionBuilder:
    return DecisionBuilder(
        load_policies(overlay, own=settings.edits), RollUp(settings.rollup), ENGINE_VERSION
    )
