"""Comparing published decisions with what a golden case expects of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stream_edits.commands.cases.case_files import Case, Expected
from stream_edits.domain.decision import ClaimDecision, EditFinding
from stream_edits.domain.roll_up import most_severe

# Of these keys only the lines that the file names are compared.
_PARTIAL = {"cites", "says"}


def case_failures(case: Case, published: Sequence[ClaimDecision]) -> list[str]:
    """Every way in which the findings of the case's own edit differ; empty when the case holds.

    Each decision that the case names must have been published. On every other decision its edit
    must be silent.
    """
    decisions = {(each.claim_id, each.revision): each for each in published}
    failures = []
    for expected in case.file.expect:
        decision = decisions.pop((expected.claim, expected.revision), None)
        if decision is None:
            failures.append(f"{expected.decision} was not published")
        else:
            failures += _differences(expected, own_findings(case.edit_id, decision))
    for (claim_id, revision), decision in decisions.items():
        hits = own_findings(case.edit_id, decision)["hits"]
        if hits:
            found = _in_words(hits)
            failures.append(f"{claim_id} revision {revision}: expected no hits, found {found}")
    return failures


def _differences(expected: Expected, found: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(expected.model_fields_set - {"claim", "revision"}):
        wanted, actual = getattr(expected, key), found[key]
        if wanted is None:
            continue
        if key in _PARTIAL:
            actual = {line: actual.get(line) for line in wanted}
        same = has_parts(actual, wanted) if key == "says" else actual == wanted
        if not same:
            words = (_in_words(wanted), _in_words(actual))
            yield "{}: expected {} {}, found {}".format(expected.decision, key, *words)


def _in_words(value: Any) -> str:
    """The value as it is written in a case: {1: DENY}."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_in_words(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_in_words, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def has_parts(messages: Mapping[Any, str | None], wanted: Mapping[Any, str | list[str]]) -> bool:
    """Whether each line's message contains the part, or all the parts, that the case gives."""
    parts = {line: [text] if isinstance(text, str) else text for line, text in wanted.items()}
    return all(part in (messages[line] or "") for line, texts in parts.items() for part in texts)


def own_findings(edit_id: str, decision: ClaimDecision) -> dict[str, Any]:
    """What the findings of one edit say, by line ("claim" for the whole claim)."""
    own: dict[int | str, list[EditFinding]] = {}
    for finding in decision.findings:
        if finding.edit_id == edit_id:
            own.setdefault(finding.line_number or "claim", []).append(finding)
    cuts = {key: [f.allowed_units for f in found if f.allowed_units] for key, found in own.items()}
    return {
        "hits": {key: most_severe(f.disposition for f in found) for key, found in own.items()},
        "allowed": {key: min(units) for key, units in cuts.items() if units},
        "recommends": {
            key: f.recommended_code
            for key, found in own.items()
            for f in found
            if f.recommended_code
        },
        "related": _gathered(own, "related_claim_ids"),
        "asks": _gathered(own, "requested_documents"),
        "cites": {key: found[0].policy_section for key, found in own.items()},
        "says": {key: " ".join(f.message for f in found) for key, found in own.items()},
    }


def _gathered(findings: Mapping[int | str, Sequence[EditFinding]], field: str) -> dict[Any, Any]:
    """A field that holds several values, once each, for every line where it holds any."""
    held = {key: [v for f in found for v in getattr(f, field)] for key, found in findings.items()}
    return {key: list(dict.fromkeys(values)) for key, values in held.items() if values}
