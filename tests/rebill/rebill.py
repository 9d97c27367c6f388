"""The rebill law: who bills what was recommended gets no other finding of the sequence.

docs/spec/edits.md, Sequence. The biller takes over recommended codes and allowed units, sends the
documents that were asked for, and takes off what is denied without another code, unless it is
denied only for its place in the sequence. The minutes of an additional hour that is taken off are
documented on the line before it: they were given.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from stream_edits.domain.claim import Attachment, ClaimEvent, ServiceLine
from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding, LineOutcome
from stream_edits.policies.shared.clock import Interval, covered_minutes
from tests.stages.walk import SHIPPED, through_stages

LAW = {
    "multiple-initial-codes",
    "initial-not-highest-ranked",
    "add-on-without-primary",
    "documented-time-too-short",
    "concurrent-more-than-once",
    "conflicts-with-decided-claim",
}
# Denials of lines that were given all the same, and are the primary of their add-ons.
_PLACE = {"multiple-initial-codes", "initial-not-highest-ranked"}
WAITS = "add-on-without-primary"
# Denials that leave minutes behind: they were given.
_TIMED = {"documented-time-too-short", "hydration-concurrent"}
_SEQUENTIAL = {"96367", "96417", "96375", "96411"}
_FAMILIES = ("96413 96415 96417", "96365 96366 96367", "96369 96370", "96360 96361")
_SHOULD_LEAD = re.compile(r"(\d{5}) as the initial service instead of (\d{5})")


class Rebilled(NamedTuple):
    """The corrected claim.

    ``waiting`` are lines that still wait for their primary service. ``staying`` are lines that are
    denied for their place, and are on the claim as they were.
    """

    claim: ClaimEvent
    waiting: set[int | None]
    staying: set[int]


def violations(claim: ClaimEvent) -> Iterator[str]:
    """The findings of the sequence that a claim gets only after it was rebilled as recommended."""
    again = rebilled(claim, decided(claim))
    if again is not None:
        yield from new_findings(claim, again, decided(again.claim))


def new_findings(claim: ClaimEvent, again: Rebilled, after: ClaimDecision) -> Iterator[str]:
    """The findings of the sequence on a rebilled claim, apart from what waits as before."""
    waits = {x.procedure_code for x in claim.lines if x.line_number in again.waiting}
    named = {added for f in after.findings for _, added in _SHOULD_LEAD.findall(f.message)}
    if named & waits or not named <= _SEQUENTIAL:
        return  # An additional hour or a concurrent service lacks its initial service, as before.
    for finding in after.findings:
        known: set[int] = again.staying if finding.edit_id in _PLACE else set()
        if finding.edit_id in LAW and finding.line_number not in (*again.waiting, *known):
            yield f"line {finding.line_number}: {finding.edit_id}: {finding.message}"


def decided(claim: ClaimEvent) -> ClaimDecision:
    """The decision on a claim that comes alone."""
    (decision,) = through_stages([claim]).published
    return decision


def rebilled(claim: ClaimEvent, decision: ClaimDecision) -> Rebilled | None:
    """The claim as a biller corrects it.

    None if no line is left, or if what to bill is not known: the initial service is missing, or
    the merged minutes of one visit reach into another.
    """
    by_line: dict[int | None, list[EditFinding]] = {}
    for finding in decision.findings:
        by_line.setdefault(finding.line_number, []).append(finding)
    waiting = {n for n, own in by_line.items() if any(f.edit_id == WAITS for f in own)}
    staying = {x.line_number for x in decision.lines if _stays(x, by_line)}
    keys = _keys(claim)
    kept: list[ServiceLine] = []
    removed: list[ServiceLine] = []
    for line, outcome in zip(_as_counted(claim), decision.lines, strict=True):
        billed = line if line.line_number in staying else corrected(line, outcome)
        (kept if billed else removed).append(billed or line)
    if any(x.procedure_code == "96360" and _is_incidental(x, by_line) for x in removed):
        return None  # Its additional hours lose their primary, and not for a reason of the law.
    timed = [x for x in removed if _TIMED & {f.edit_id for f in by_line.get(x.line_number, ())}]
    for own in dict.fromkeys(keys[x.line_number] for x in timed):
        same = [x for x in kept if keys[x.line_number] == own]
        gone = [x for x in timed if keys[x.line_number] == own]
        kept = [*_with_minutes_of(gone, same), *(x for x in kept if x not in same)]
    kept.sort(key=lambda x: x.line_number)
    for own, initial, added in _to_promote(decision, keys):
        same = [x for x in kept if x.procedure_code == added and keys[x.line_number] == own]
        if not same or same[0].line_number in waiting or added not in _SEQUENTIAL:
            return None
        kept = _promoted(kept, same[0], initial)
        keys.setdefault(kept[-1].line_number, own)
    if not kept:
        return None
    asked = {document for f in decision.findings for document in f.requested_documents}
    sent = (*claim.attachments, *(Attachment(kind=kind) for kind in sorted(asked)))
    again = replace(claim, event_id="again", claim_id="B", lines=tuple(kept), attachments=sent)
    is_same = all(keys[number] == key for number, key in _keys(again).items())
    return Rebilled(again, waiting, staying) if is_same else None


def _to_promote(decision: ClaimDecision, keys: dict[int, str]) -> dict[tuple[str, str, str], None]:
    """The services that findings want as initial ones: their encounter, the code and their code.

    Two claims may be told the same.
    """
    return {
        (keys[finding.line_number or 0], initial, added): None
        for finding in decision.findings
        for initial, added in _SHOULD_LEAD.findall(finding.message)
    }


def _is_incidental(line: ServiceLine, by_line: dict[int | None, list[EditFinding]]) -> bool:
    return any(f.edit_id == "hydration-concurrent" for f in by_line.get(line.line_number, ()))


def _stays(outcome: LineOutcome, by_line: dict[int | None, list[EditFinding]]) -> bool:
    denials = [f for f in by_line.get(outcome.line_number, ()) if f.disposition is Disposition.DENY]
    return bool(denials) and all(f.edit_id in _PLACE and not f.recommended_code for f in denials)


def _keys(claim: ClaimEvent) -> dict[int, str]:
    """The encounter key of each line, by line number."""
    keys = SHIPPED.encounter_keys(claim)
    return {line.line_number: key for line, key in zip(claim.lines, keys, strict=True)}


def _as_counted(claim: ClaimEvent) -> Iterator[ServiceLine]:
    """The lines, with XS for a modifier XE that does not count."""
    for line, key in zip(claim.lines, SHIPPED.encounter_keys(claim), strict=True):
        is_second = key.endswith("+")
        modifiers = ["XS" if x == "XE" and not is_second else x for x in line.modifiers]
        yield replace(line, modifiers=tuple(modifiers))


def corrected(line: ServiceLine, outcome: LineOutcome) -> ServiceLine | None:
    """A line with its recommended code and allowed units, None if it is taken off."""
    if outcome.disposition is not Disposition.DENY:
        return replace(line, units=outcome.allowed_units)
    if outcome.recommended_code is None:
        return None
    return replace(line, procedure_code=outcome.recommended_code, units=1.0)


def _with_minutes_of(
    removed: Sequence[ServiceLine], kept: Sequence[ServiceLine]
) -> list[ServiceLine]:
    """The lines with the minutes of removed lines added to lines of their infusions.

    What one line got may cover the time of the next one removed: the minutes of an infusion that
    are missing in the end go to its last line.
    """
    lines = list(kept)
    for line in removed:
        lines = _with_time_of(line, lines)
    for family in _FAMILIES:
        last = max(_timed_in(family, lines), key=lambda x: _needed_time(x)[1], default=None)
        if last is not None:
            given = _covered(_timed_in(family, [*removed, *kept]))
            missing = timedelta(minutes=given - _covered(_timed_in(family, lines)))
            end = _needed_time(last)[1] + max(missing, timedelta())
            longer = replace(last, end_time=end)
            lines = [longer if x is last else x for x in lines]
    return lines


def _with_time_of(removed: ServiceLine, kept: Sequence[ServiceLine]) -> list[ServiceLine]:
    """The lines with the time of a removed one added to a line of its code, or of its infusion.

    It is the line that the hour went on from, or else the last one.
    """
    families = [each for each in _FAMILIES if removed.procedure_code in each]
    own = [x for each in families for x in _timed_in(each, kept)]
    same = [x for x in own if x.procedure_code == removed.procedure_code] or own
    time = _time(removed)
    if not same or time is None:
        return list(kept)
    wanted = covered_minutes([time, *map(_needed_time, same)])
    latest = max(same, key=lambda x: _needed_time(x)[1])
    for line in (*filter(lambda x: _touch(x, time), same), same[-1], latest):
        start, end = _needed_time(line)
        if _touch(line, time):
            longer = replace(line, start_time=min(start, time[0]), end_time=max(end, time[1]))
        else:
            longer = replace(line, end_time=end + (time[1] - time[0]))
        if _covered([longer if x is line else x for x in same]) >= wanted:
            break
    return [longer if x is line else x for x in kept]


def _timed_in(family: str, lines: Iterable[ServiceLine]) -> list[ServiceLine]:
    return [x for x in lines if x.procedure_code in family.split() and _time(x)]


def _covered(lines: Iterable[ServiceLine]) -> float:
    return covered_minutes(map(_needed_time, lines))


def _touch(line: ServiceLine, time: Interval) -> bool:
    start, end = _needed_time(line)
    return start <= time[1] and time[0] <= end


def _time(line: ServiceLine) -> Interval | None:
    return (line.start_time, line.end_time) if line.start_time and line.end_time else None


def _needed_time(line: ServiceLine) -> Interval:
    time = _time(line)
    assert time is not None
    return time


def _promoted(lines: list[ServiceLine], line: ServiceLine, initial: str) -> list[ServiceLine]:
    """The lines with one unit of a line as an initial service, and the rest on another line."""
    first = replace(line, procedure_code=initial, units=1.0)
    changed = [first if x is line else x for x in lines]
    if line.units > 1:
        number = max(x.line_number for x in lines) + 1
        rest = replace(line, units=line.units - 1, line_number=number)
        changed.append(replace(rest, start_time=None, end_time=None))
    return changed
