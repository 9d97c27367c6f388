"""Comparing published decisions with what a golden case or a journey expects of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from stream_edits.commands.cases.case_results import has_parts, own_findings
from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    LineOutcome,
)
from tests.policies.cases import Case, Expectation, Journey

# Of these keys only the lines that the file names are compared; of the others, all lines.
PARTIAL_IN_CASES = {"cites", "says", "pricing"}
PARTIAL_IN_JOURNEYS = {"pricing"}
# What a journey expects of a decision where its file says nothing else.
USUAL: dict[str, Any] = {"applicable": True, "allowed": {}, "recommends": {}, "findings": {}}


def case_failures(case: Case, published: Sequence[ClaimDecision]) -> list[str]:
    """Every way in which the case's own edit differs from the case; empty when the case holds.

    Each decision that the case names must have been published. On every other decision its edit
    must be silent.
    """
    decisions = {(each.claim_id, each.revision): each for each in published}
    failures = []
    for expected in case.expect:
        decision = decisions.pop((expected.claim_id, expected.revision), None)
        if decision is None:
            failures.append(f"{expected.decision} was not published")
        else:
            found = _of_own_edit(case.edit_id, decision)
            failures += _differences(expected, found, PARTIAL_IN_CASES)
    for (claim_id, revision), decision in decisions.items():
        hits = _of_own_edit(case.edit_id, decision)["hits"]
        if hits:
            failures.append(f"{claim_id} revision {revision}: hits is {hits}, expected none")
    return failures


def journey_failures(journey: Journey, published: Sequence[ClaimDecision]) -> list[str]:
    """Every way in which the published decisions differ from the journey; empty when it holds."""
    expected = [each.decision for each in journey.expect]
    actual = [f"{each.claim_id} revision {each.revision}" for each in published]
    if expected != actual:
        return [f"published {actual}, expected {expected}"]
    failures: list[str] = []
    for each, decision in zip(journey.expect, published, strict=True):
        complete = each._replace(wanted=USUAL | dict(each.wanted))
        failures += _differences(complete, _of_whole(decision, published), PARTIAL_IN_JOURNEYS)
    return failures


def _differences(
    expected: Expectation, actual: Mapping[str, Any], partial: Collection[str]
) -> Iterator[str]:
    for key, wanted in expected.wanted.items():
        found = actual[key]
        if key in partial:
            found = {line: found.get(line) for line in wanted}
        same = has_parts(found, wanted) if key == "says" else found == wanted
        if not same:
            yield f"{expected.decision}: {key} is {found!r}, expected {wanted!r}"


def _of_own_edit(edit_id: str, decision: ClaimDecision) -> dict[str, Any]:
    """What the findings of one edit say, by line ("claim" for the whole claim).

    ``applicable`` and ``pricing`` are outcomes that a folder decides without a finding
    (``cases.FURTHER_KEYS``).
    """
    return {
        **own_findings(edit_id, decision),
        "applicable": decision.applicable,
        "encounters": [key.split("|", 2)[2] for key in decision.encounter_keys],
        "pricing": {line.line_number: line.pricing for line in decision.lines},
    }


def _of_whole(decision: ClaimDecision, published: Sequence[ClaimDecision]) -> dict[str, Any]:
    """What a decision says of its claim, by line where it is about lines."""
    lines = {line.line_number: line for line in decision.lines}
    edits: dict[int | str, list[str]] = {}
    for finding in decision.findings:
        edits.setdefault(finding.line_number or "claim", []).append(finding.edit_id)
    return {
        "disposition": decision.disposition,
        "applicable": decision.applicable,
        "trigger": decision.trigger_event_id,
        "supersedes": _revision_superseded(decision, published),
        "lines": {n: line.disposition for n, line in lines.items()},
        "allowed": {n: line.allowed_units for n, line in lines.items() if _is_cut(line)},
        "pricing": {n: line.pricing for n, line in lines.items()},
        "recommends": {n: x.recommended_code for n, x in lines.items() if x.recommended_code},
        "findings": {key: list(dict.fromkeys(ids)) for key, ids in edits.items()},
    }


def _is_cut(line: LineOutcome) -> bool:
    """Whether its units differ from the usual: those billed, and none on a denied line."""
    usual = 0.0 if line.disposition is Disposition.DENY else line.billed_units
    return line.allowed_units != usual


def _revision_superseded(
    decision: ClaimDecision, published: Sequence[ClaimDecision]
) -> int | str | None:
    """The revision that a decision replaces; "another claim's" for a decision on another claim."""
    if decision.supersedes is None:
        return None
    own = {
        each.decision_id: each.revision for each in published if each.claim_id == decision.claim_id
    }
    return own.get(decision.supersedes, "another claim's")
