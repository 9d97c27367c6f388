"""Reading the golden cases beside each edit (cases.yaml) and running them through all stages.

A case is a list of claim events, each merged over a base claim, and every decision that they must
bring about. README.md beside this file says what its keys mean.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, EditFinding, Source, most_severe
from stream_edits.policies.catalog import FOLDER
from stream_edits.policies.policy import Policy
from stream_edits.stages.pipeline import adjudicate
from tests.build import from_case

CASE_KEYS = {"name", "section", "events", "expect", "overlay"}


class Case(NamedTuple):
    """One golden case, as the file has it."""

    edit_id: str
    name: str
    section: str
    events: Sequence[Mapping[str, Any]]
    expect: Sequence[Mapping[str, Any]]
    overlay: Mapping[str, Any] | None

    def claims(self) -> list[ClaimEvent]:
        """The events as claims, in order of arrival."""
        return [from_case(event, place) for place, event in enumerate(self.events)]


def read_cases(folder: Path) -> list[Case]:
    """The cases of an edit's folder; none when it has no cases.yaml."""
    file = folder / "cases.yaml"
    if not file.exists():
        return []
    raw = YAML(typ="safe").load(file.read_text(encoding="utf-8")) or []
    edit_id = folder.name.replace("_", "-")
    return [_case(edit_id, each) for each in raw]


def all_cases() -> list[Case]:
    """Every case of every folder, by folder name."""
    folders = sorted(file.parent for file in FOLDER.glob("*/cases.yaml"))
    return [case for folder in folders for case in read_cases(folder)]


def _case(edit_id: str, raw: Mapping[str, Any]) -> Case:
    unknown = set(raw) - CASE_KEYS
    if unknown:
        raise ValueError(f"{edit_id}: a case has unknown keys: {sorted(unknown)}")
    return Case(
        edit_id, raw["name"], raw["section"], raw["events"], raw["expect"], raw.get("overlay")
    )


def decide(case: Case, policy: Policy) -> list[ClaimDecision]:
    """What the stages publish for a case, in order."""
    claims = ((claim, Source(case.name, 0, i)) for i, claim in enumerate(case.claims()))
    return list(adjudicate(claims, policy))


def failures(case: Case, published: Sequence[ClaimDecision]) -> list[str]:
    """Every way in which the decisions differ from what the case expects; empty when it holds."""
    expected = [f"{e['claim']} revision {e.get('revision', 1)}" for e in case.expect]
    came = [f"{d.claim_id} revision {d.revision}" for d in published]
    if expected != came:
        return [f"published {came}, expected {expected}"]
    return [
        f"{name}: {key} is {was!r}, expected {wanted!r}"
        for name, expectation, decision in zip(expected, case.expect, published, strict=True)
        for key, wanted, was in _compared(case.edit_id, expectation, decision, published)
        if wanted != was
    ]


def _compared(
    edit_id: str,
    expectation: Mapping[str, Any],
    decision: ClaimDecision,
    published: Sequence[ClaimDecision],
) -> list[tuple[str, Any, Any]]:
    """(key, wanted, was) of one decision; a key that a case leaves out is not compared.

    ``hits`` alone is always compared, since without it the edit must be silent.
    """
    own: dict[int | str, list[EditFinding]] = {}
    for finding in decision.findings:
        if finding.edit_id == edit_id:
            own.setdefault(finding.line_number or "claim", []).append(finding)
    lines = {line.line_number: line for line in decision.lines}
    was: dict[str, Any] = {
        "disposition": decision.disposition.value,
        "applicable": decision.applicable,
        "trigger": decision.trigger_event_id,
        "supersedes": _revision_superseded(decision, published),
        "lines": {n: line.disposition.value for n, line in lines.items()},
        "allowed": {n: line.allowed_units for n, line in lines.items()},
        "pricing": {n: line.pricing.value for n, line in lines.items()},
        "recommends": {n: x.recommended_code for n, x in lines.items() if x.recommended_code},
        "hits": {key: _worst(found) for key, found in own.items()},
        "related": _gathered(own, "related_claim_ids"),
        "asks": _gathered(own, "requested_documents"),
        "cites": {key: found[0].policy_section for key, found in own.items()},
        "says": {key: " ".join(f.message for f in found) for key, found in own.items()},
    }
    unknown = set(expectation) - {*was, "claim", "revision"}
    if unknown:
        raise ValueError(f"{edit_id}: an expectation has unknown keys: {sorted(unknown)}")
    compared = [("hits", dict(expectation.get("hits", {})), was["hits"])]
    for key in expectation.keys() - {"claim", "revision", "hits"}:
        wanted, here = expectation[key], was[key]
        if key in ("lines", "allowed", "pricing", "cites"):
            here = {n: here.get(n) for n in wanted}
        elif key == "says":
            here = {
                n: text if text in here.get(n, "") else here.get(n) for n, text in wanted.items()
            }
        compared.append((key, wanted, here))
    return compared


def _worst(findings: Sequence[EditFinding]) -> str:
    return most_severe(f.disposition for f in findings).value


def _gathered(findings: Mapping[int | str, Sequence[EditFinding]], field: str) -> dict[Any, Any]:
    """A field that holds several values, once each, for every line where it holds any."""
    held = {key: [v for f in found for v in getattr(f, field)] for key, found in findings.items()}
    return {key: list(dict.fromkeys(values)) for key, values in held.items() if values}


def _revision_superseded(
    decision: ClaimDecision, published: Sequence[ClaimDecision]
) -> int | str | None:
    """The revision that a decision says it replaces; "another claim's" where it is none of its."""
    if decision.supersedes is None:
        return None
    own = {d.decision_id: d.revision for d in published if d.claim_id == decision.claim_id}
    return own.get(decision.supersedes, "another claim's")
