"""Overlays to try, made of pieces that each change one thing, and plain runs to compare with."""

import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from stream_edits import ENGINE_VERSION
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.impact.measure import Measurement
from stream_edits.impact.tally import Impact
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.differences import in_words
from stream_edits.stages.pipeline import adjudicate
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.retention import DEFAULT_RETENTION, Retention

Event = ClaimEvent | ReviewEvent
# A line's disposition and allowed units, by claim and place; a claim's own under place None.
Outcomes = dict[tuple[str, int | None], tuple[str, float | None]]
FROM = "2024-12-03"


class Piece(NamedTuple):
    """One change of a value. Its label begins with ``place``. A text is the value itself."""

    edit: str
    name: str
    value: dict[str, Any] | str
    place: str


def piece(edit: str, name: str, value: dict[str, Any] | str, within: str = "") -> Piece:
    """A change of a value; ``within`` is its place inside it, for a list the one entry of it."""
    if not isinstance(value, str):
        for key in ("add", "remove"):
            if key in value:
                within = f" {in_words(value[key][0])}"
    return Piece(edit, name, value, f"{edit}.{name}{within}")


def overlay(folder: Path, pieces: Iterable[Piece], name: str = "overlay.yaml") -> Path:
    """An overlay file with these pieces. Entries that are added to one list, or removed, join."""
    edits: dict[str, Any] = {}
    for each in pieces:
        dated = edits.setdefault(each.edit, {}).setdefault(each.name, {})
        if isinstance(each.value, str):
            dated[FROM] = {"reference": "A trial", "value": each.value}
            continue
        value = dated.setdefault(FROM, {"reference": "A trial", "value": {}})["value"]
        for key, own in each.value.items():
            value[key] = [*value.get(key, []), *own] if isinstance(own, list) else own
    file = folder / name
    # Every JSON object is YAML too, but for dates, which have no quotation marks.
    text = json.dumps({"edits": edits}) if edits else "edits: {}"
    file.write_text(text.replace(f'"{FROM}"', FROM))
    return file


def policies_of(overlay: Path | None = None) -> Policies:
    """The packaged policies with an overlay, loaded once for each text."""
    return _loaded(overlay, overlay.read_text() if overlay else "")


@cache
def _loaded(overlay: Path | None, text: str) -> Policies:
    return load_policies(overlay)


def builder(overlay: Path | None = None) -> DecisionBuilder:
    """Decides under the packaged policies with an overlay."""
    return DecisionBuilder(policies_of(overlay), RollUp.STANDARD, ENGINE_VERSION)


def measured(
    events: Sequence[Event],
    candidate: Path | None,
    baseline: Path | None = None,
    retention: Retention = DEFAULT_RETENTION,
) -> Impact:
    """The impact of an overlay on claims and reviews."""
    measurement = Measurement(builder(baseline), builder(candidate), retention)
    for event, source in numbered(events):
        measurement.take(event, source)
    return measurement.report()


def numbered(events: Iterable[Event]) -> list[tuple[Event, Source]]:
    """The events with the places at which they are read."""
    return [(event, Source("file", 0, number)) for number, event in enumerate(events, start=1)]


def outcomes(
    events: Sequence[Event], policies: Policies, retention: Retention = DEFAULT_RETENTION
) -> Outcomes:
    """What a plain run decides in the end, of each line and claim."""
    newest: dict[str, ClaimDecision] = {}
    for decision in adjudicate(numbered(events), policies, retention=retention):
        newest[decision.claim_id] = decision
    found: Outcomes = {}
    for claim_id, decision in newest.items():
        found[claim_id, None] = (decision.disposition.value, None)
        for place, line in enumerate(decision.lines):
            units = line.allowed_units
            found[claim_id, place] = (line.disposition.value, units if units == units else 0.0)
    return found


def apart(one: Outcomes, other: Outcomes) -> set[tuple[str, int | None]]:
    """Where two runs differ."""
    return {key for key in {*one, *other} if one.get(key) != other.get(key)}


def claims_of(keys: Collection[tuple[str, int | None]]) -> set[str]:
    return {claim_id for claim_id, _ in keys}


def lines_of(keys: Collection[tuple[str, int | None]]) -> set[tuple[str, int | None]]:
    return {key for key in keys if key[1] is not None}
