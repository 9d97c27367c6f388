"""Running the catalogue over the connected visits of a member.

Open claims (the one that has just come and those that wait as PEND) are judged together, against
each other and against the lines already decided, which stand as they are. The result is a pure
function of the claims, their arrival order and what was decided: the order in which open claims
came does not otherwise matter.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.policies.catalog import all_edits
from stream_edits.policies.contract import (
    ClaimEdit,
    Encounter,
    EncounterEdit,
    EncounterLine,
    Group,
    LineEdit,
)
from stream_edits.policies.policy import Policy, PolicyOnDate
from stream_edits.policies.values.rules import EditRules

# Denials after which a line is still a primary for add-ons (docs/spec/edits.md, Vocabulary).
STILL_PRIMARY = frozenset({"multiple-initial-codes", "initial-not-highest-ranked"})

_CLAIM_EDITS = [e for e in all_edits() if isinstance(e, ClaimEdit)]
_LINE_EDITS = [e for e in all_edits() if isinstance(e, LineEdit)]
_ENCOUNTER_EDITS = [e for e in all_edits() if isinstance(e, EncounterEdit)]
_ENCOUNTER_GROUPS = [
    [e for e in _ENCOUNTER_EDITS if e.group == group]
    for group in sorted({e.group for e in _ENCOUNTER_EDITS})
]
_ORDER = {e.id: i for i, e in enumerate(all_edits())}


class OpenClaim(NamedTuple):
    """A claim to be decided: with its place in the order of arrival and its lines' encounters."""

    claim: ClaimEvent
    arrival: int
    encounter_keys: tuple[str, ...]


class _Judged(NamedTuple):
    own: OpenClaim
    service: ServiceLine
    line: EncounterLine
    pricing: tuple[LineEdit, ...]


def has_header_fault(findings: Iterable[EditFinding]) -> bool:
    """Whether a claim-level DENY stops every other edit."""
    return any(f.line_number is None and f.disposition is Disposition.DENY for f in findings)


def judge_form(claim: ClaimEvent, on: Callable[[date], PolicyOnDate]) -> list[EditFinding]:
    """The findings of the form edits (group a), claim-level and line-level."""
    return [finding for edit in _CLAIM_EDITS for finding in edit.judge(claim, on)]


def evaluate(
    open_claims: Sequence[OpenClaim], decided: Sequence[ClaimRecord], policy: Policy
) -> dict[str, tuple[EditFinding, ...]]:
    """The findings on every open claim, by claim id, in a fixed order.

    ``decided`` are the claims whose lines stand in the same visits. Claims of one call belong to
    one member, and their ids differ.
    """
    findings: dict[str, list[EditFinding]] = {}
    judged: list[_Judged] = []
    for each in open_claims:
        found = findings[each.claim.claim_id] = judge_form(each.claim, policy.on)
        if not has_header_fault(found):
            judged += _judge_lines(each, policy, found)
    if judged:
        lines = [each.line for each in judged]
        lines += [line for record in decided for line in _decided_lines(record, policy)]
        lines.sort(key=lambda line: line.place)
        _judge_encounters(lines, findings)
        _judge_pricing(judged, findings)
    return {
        each.claim.claim_id: _in_order(each.claim, findings[each.claim.claim_id])
        for each in open_claims
    }


def _in_order(claim: ClaimEvent, findings: list[EditFinding]) -> tuple[EditFinding, ...]:
    if len(findings) < 2:
        return tuple(findings)
    place = {line.line_number: i for i, line in enumerate(claim.lines)}
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                -1 if f.line_number is None else place[f.line_number],
                _ORDER[f.edit_id],
                f.message,
            ),
        )
    )


class _LineEdits(NamedTuple):
    """The line edits whose rules name a code; the others have nothing to say of it."""

    alone: tuple[LineEdit, ...]
    pricing: tuple[LineEdit, ...]


@lru_cache(maxsize=1 << 16)
def _asked(on_date: PolicyOnDate, code: str) -> _LineEdits:
    named = [edit for edit in _LINE_EDITS if code in on_date[edit.rules].governed_codes()]
    return _LineEdits(
        tuple(edit for edit in named if edit.group is not Group.PRICING),
        tuple(edit for edit in named if edit.group is Group.PRICING),
    )


def _judge_lines(each: OpenClaim, policy: Policy, found: list[EditFinding]) -> list[_Judged]:
    """Judge the claim's lines one by one (groups a and b); return its governed lines."""
    form_denied = {f.line_number for f in found if f.disposition is Disposition.DENY}
    governed = []
    for service, key in zip(each.claim.lines, each.encounter_keys, strict=True):
        on_date = policy.on(service.service_date)
        if service.procedure_code not in on_date.governed:
            continue
        line = _open_line(each, service, key, on_date)
        asked = _asked(on_date, line.code)
        governed.append(_Judged(each, service, line, asked.pricing))
        if service.line_number in form_denied:
            line.denied = True
            continue
        said = [
            finding for edit in asked.alone for finding in edit.judge(each.claim, service, on_date)
        ]
        if said:
            found += said
            _stand(line, said)
    return governed


def _judge_pricing(judged: Iterable[_Judged], findings: dict[str, list[EditFinding]]) -> None:
    """Judge what is left to be priced: a denied line needs no price."""
    for own, service, line, edits in judged:
        if not line.denied:
            for edit in edits:
                findings[line.claim_id] += edit.judge(own.claim, service, line.policy)


def _open_line(
    each: OpenClaim, service: ServiceLine, key: str, on_date: PolicyOnDate
) -> EncounterLine:
    return EncounterLine(
        each.claim.claim_id,
        each.arrival,
        False,
        service.line_number,
        service.procedure_code,
        frozenset(service.modifiers),
        service.units,
        service.service_date,
        service.start_time,
        service.end_time,
        key,
        each.claim,
        bool(service.ndc or service.drug_name),
        on_date,
        False,
        service.units,
        False,
    )


def _decided_lines(record: ClaimRecord, policy: Policy) -> Iterable[EncounterLine]:
    for line in record.lines:
        yield EncounterLine(
            record.claim_id,
            record.arrival,
            True,
            line.line_number,
            line.procedure_code,
            frozenset(line.modifiers),
            line.units,
            line.service_date,
            line.start_time,
            line.end_time,
            line.encounter_key,
            None,
            line.names_drug,
            policy.on(line.service_date),
            line.disposition is Disposition.DENY,
            line.allowed_units,
            line.still_primary,
        )


def _stand(line: EncounterLine, said: Sequence[EditFinding]) -> None:
    """Let the findings of one group change how the line stands in the next."""
    for finding in said:
        if finding.disposition is Disposition.DENY:
            line.still_primary = not line.denied and finding.edit_id in STILL_PRIMARY
            line.denied = True
            line.allowed_units = 0.0
        elif finding.allowed_units is not None:
            line.allowed_units = min(line.allowed_units, finding.allowed_units)


def _judge_encounters(lines: list[EncounterLine], findings: dict[str, list[EditFinding]]) -> None:
    """Judge encounter by encounter, group after group (groups b to e)."""
    by_key: dict[str, list[EncounterLine]] = {}
    for line in lines:
        by_key.setdefault(line.encounter_key, []).append(line)
    scopes = [(Encounter(own), _asked_of(own, False)) for own in by_key.values()]
    everything = scopes[0][0] if len(scopes) == 1 else Encounter(lines)
    scopes.append((everything, _asked_of(lines, True)))
    for number in range(len(_ENCOUNTER_GROUPS)):
        said = [
            hit
            for encounter, asked in scopes
            for edit in asked[number]
            for hit in edit.judge(encounter)
        ]
        for line, finding in said:
            findings[line.claim_id].append(finding)
            _stand(line, [finding])
        if said:
            scopes = [(Encounter(encounter.lines), asked) for encounter, asked in scopes]


_Asked = tuple[tuple[EncounterEdit, ...], ...]


def _asked_of(lines: Iterable[EncounterLine], whole_member: bool) -> _Asked:
    """The edits, group by group, that may have something to say of the open lines among these."""
    codes = frozenset([(line.policy, line.code) for line in lines if not line.decided])
    return _naming(codes, whole_member)


@lru_cache(maxsize=1 << 14)
def _naming(codes: frozenset[tuple[PolicyOnDate, str]], whole_member: bool) -> _Asked:
    """The encounter edits whose rules name one of the codes, or name no codes at all."""
    return tuple(
        tuple(
            edit
            for edit in group
            if edit.whole_member is whole_member
            and any(_names(on_date[edit.rules], code) for on_date, code in codes)
        )
        for group in _ENCOUNTER_GROUPS
    )


def _names(rules: EditRules, code: str) -> bool:
    named = rules.governed_codes()
    return not named or code in named
