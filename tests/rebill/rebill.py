"""The rebill law: who bills what was recommended gets no other finding of the sequence.

docs/spec/edits.md, Sequence. The biller takes over recommended codes and allowed units, sends the
documents that were asked for, and takes off what is denied without another code. The minutes of an
additional hour that is taken off are documented on the line before it: they were given.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from stream_edits.domain.claim import Attachment, ClaimEvent, ServiceLine
from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding, LineOutcome
from tests.stages.walk import SHIPPED, through_stages

LAW = {
    "multiple-initial-codes",
    "initial-not-highest-ranked",
    "add-on-without-primary",
    "documented-time-too-short",
    "concurrent-more-than-once",
    "conflicts-with-decided-claim",
}
_FAMILIES = ("96413 96415", "96365 96366", "96369 96370", "96360 96361", "96367 96366")
_SHOULD_LEAD = re.compile(r"(\d{5}) as the initial service instead of (\d{5})")


def violations(claim: ClaimEvent) -> Iterator[str]:
    """The findings of the sequence that a claim gets only after it was rebilled as recommended."""
    before = decided(claim)
    again = rebilled(claim, before)
    if again is None:
        return
    # An add-on that waits for its primary still waits.
    waiting = {f.line_number for f in before.findings if f.edit_id == "add-on-without-primary"}
    for finding in decided(again).findings:
        if finding.edit_id in LAW and finding.line_number not in waiting:
            yield f"line {finding.line_number}: {finding.edit_id}: {finding.message}"


def decided(claim: ClaimEvent) -> ClaimDecision:
    """The decision on a claim that comes alone."""
    (decision,) = through_stages([claim]).published
    return decision


def rebilled(claim: ClaimEvent, decision: ClaimDecision) -> ClaimEvent | None:
    """The claim as a biller corrects it, None if no line is left."""
    by_line: dict[int | None, list[EditFinding]] = {}
    for finding in decision.findings:
        by_line.setdefault(finding.line_number, []).append(finding)
    kept: list[ServiceLine] = []
    removed: list[ServiceLine] = []
    for line, outcome in zip(_as_counted(claim), decision.lines, strict=True):
        corrected = _corrected(line, outcome)
        (kept if corrected else removed).append(corrected or line)
    for line in removed:
        if {f.edit_id for f in by_line.get(line.line_number, ())} == {"documented-time-too-short"}:
            kept = _with_minutes_of(line, kept)
    kept = _with_leading(claim, kept, decision.findings)
    if not kept:
        return None
    asked = {document for f in decision.findings for document in f.requested_documents}
    attachments = (*claim.attachments, *(Attachment(kind=kind) for kind in sorted(asked)))
    return replace(
        claim, event_id="again", claim_id="B", lines=tuple(kept), attachments=attachments
    )


def _as_counted(claim: ClaimEvent) -> Iterator[ServiceLine]:
    """The lines, with XS for a modifier XE that does not count."""
    for line, key in zip(claim.lines, SHIPPED.encounter_keys(claim), strict=True):
        is_second = key.endswith("+")
        modifiers = ["XS" if x == "XE" and not is_second else x for x in line.modifiers]
        yield replace(line, modifiers=tuple(modifiers))


def _corrected(line: ServiceLine, outcome: LineOutcome) -> ServiceLine | None:
    if outcome.disposition is not Disposition.DENY:
        return replace(line, units=outcome.allowed_units)
    if outcome.recommended_code is None:
        return None
    return replace(line, procedure_code=outcome.recommended_code, units=1.0)


def _with_minutes_of(removed: ServiceLine, kept: Sequence[ServiceLine]) -> list[ServiceLine]:
    """The lines with the minutes of a removed hour added to the last line of its infusion."""
    codes = {code for each in _FAMILIES if removed.procedure_code in each for code in each.split()}
    own = [x for x in kept if x.procedure_code in codes and x.end_time and x.start_time]
    if not own or not removed.start_time or not removed.end_time:
        return list(kept)
    last = max(own, key=lambda x: (x.end_time, x.line_number))
    assert last.end_time
    longer = replace(last, end_time=last.end_time + (removed.end_time - removed.start_time))
    return [longer if x is last else x for x in kept]


def _with_leading(
    claim: ClaimEvent, kept: Sequence[ServiceLine], findings: Iterable[EditFinding]
) -> list[ServiceLine]:
    """The lines with the initial service that a message names instead of an added one."""
    lines = list(kept)
    keys = {
        line.line_number: key
        for line, key in zip(claim.lines, SHIPPED.encounter_keys(claim), strict=True)
    }
    for finding in findings:
        for initial, added in _SHOULD_LEAD.findall(finding.message):
            own = keys[finding.line_number or 0]
            same = [x for x in lines if x.procedure_code == added and keys[x.line_number] == own]
            if same:
                lines = _promoted(lines, same[0], initial)
                keys[lines[-1].line_number] = own
    return lines


def _promoted(lines: list[ServiceLine], line: ServiceLine, initial: str) -> list[ServiceLine]:
    """The lines with one unit of a line as an initial service, and the rest on a line of its own."""
    first = replace(line, procedure_code=initial, units=1.0)
    changed = [first if x is line else x for x in lines]
    if line.units > 1:
        number = max(x.line_number for x in lines) + 1
        rest = replace(line, units=line.units - 1, line_number=number)
        changed.append(replace(rest, start_time=None, end_time=None))
    return changed
