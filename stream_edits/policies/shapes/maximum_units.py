"""The shape ``maximum_units``: some codes have a maximum of units in an encounter or on a day."""

from collections.abc import Iterator
from datetime import date
from typing import Self, cast

from pydantic import Field, model_validator

from stream_edits.domain.decision import Disposition, EditFinding, WaitsFor
from stream_edits.domain.normalized import UNIT
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.shapes.shape import Declared, Shape, ShapeRules, words_of
from stream_edits.policies.shared.units import units_paid
from stream_edits.policies.values.codes import CodeKey, Document, ProcedureCode
from stream_edits.policies.values.rules import Count, Outcome
from stream_edits.policies.ways import Ways
from stream_edits.text import counted, join_words, verb

_FOR_MORE = "For more, send a replacement claim with a document for this line ({documents})."
_REVIEWED = "The documents that came with it will be reviewed."
# The value that names the documents.
_DOCUMENTS = "necessity_documents"
_PERIOD = {Scope.ENCOUNTER: "an encounter", Scope.DAY: "a day"}


class Rules(ShapeRules):
    """``maximum_units`` are units of a code, counted for each service date.

    ``further_codes`` holds, for some codes, the code under which to bill units over the maximum,
    ``sections`` the paragraph if it is not that of the edit. A line with one of
    ``necessity_documents`` is not cut back: its outcome is ``review``.
    """

    maximum_units: dict[CodeKey, Count]
    sections: dict[CodeKey, str] = Field({})
    further_codes: dict[CodeKey, ProcedureCode] = Field({})
    necessity_documents: list[Document] = Field([])
    excess: Outcome
    review: Outcome | None = None

    @model_validator(mode="after")
    def _knows_what_a_document_does(self) -> Self:
        if self.necessity_documents and self.review is None:
            raise ValueError("necessity_documents need review, the outcome of a line with one")
        return self

    def governed_codes(self) -> frozenset[str]:
        """The codes that have a maximum."""
        return frozenset(self.maximum_units)


def make(edit: Declared) -> EncounterEdit:
    """An edit of this shape."""
    own = cast(type[Rules], edit.rules)
    scope = edit.scope or Scope.ENCOUNTER

    def judge(encounter: Encounter) -> Iterator[LineFinding]:
        """Judge the units of each code and service date in the order in which they count."""
        by_day: dict[tuple[str, date], list[EncounterLine]] = {}
        for line in encounter.active:
            if line.code in line.policy[own].maximum_units:
                by_day.setdefault((line.code, line.service_date), []).append(line)
        is_one_of_several = scope is Scope.ENCOUNTER and encounter.around is not encounter
        for lines in by_day.values():
            if not is_one_of_several:
                # Mostly one line has the code, and bills no more than the maximum.
                if len(lines) > 1 or not _is_within(encounter, own, lines[0]):
                    yield from _judge_code(edit, own, encounter, lines)
                continue
            for line, finding in _judge_code(edit, own, encounter, _of_the_day(encounter, lines)):
                if line.encounter_key == lines[0].encounter_key:
                    yield line, finding

    return EncounterEdit(
        edit.id,
        Group.UNITS,
        own,
        judge,
        scope=scope,
        waits_for=edit.waits_for or WaitsFor.PAYER,
        ways=Ways(
            documents=lambda policy, code: tuple(policy[own].necessity_documents),
            second_visit=scope is Scope.ENCOUNTER,
        ),
    )


def _is_within(encounter: Encounter, own: type[Rules], line: EncounterLine) -> bool:
    """Whether a line that is the only one with its code bills no more than the maximum."""
    return encounter.allowed_units(line) <= line.policy[own].maximum_units[line.code]


def _of_the_day(encounter: Encounter, lines: list[EncounterLine]) -> list[EncounterLine]:
    """The lines of a code that count together with those of an encounter on a service date.

    A stay of another claim may have the date too. It is an encounter of its own, named by its first
    day, but units are counted for each service date all the same. A second visit has its own.
    """
    if lines[0].visit.is_second:
        return lines
    return encounter.around.fact(_first_visits)[_service(lines[0])]


_Service = tuple[str, str | None, date, str]


def _service(line: EncounterLine) -> _Service:
    visit = line.visit
    return visit.billing_npi, visit.encounter_id, line.service_date, line.code


def _first_visits(judged: Encounter) -> dict[_Service, list[EncounterLine]]:
    """The active lines of the first visits of each service date, by provider, number and code."""
    found: dict[_Service, list[EncounterLine]] = {}
    for line in judged.active:
        if not line.visit.is_second:
            found.setdefault(_service(line), []).append(line)
    return found


def _judge_code(
    edit: Declared, own: type[Rules], encounter: Encounter, lines: list[EncounterLine]
) -> Iterator[LineFinding]:
    counted = [line for line in lines if line.decided]
    allowed = encounter.allowed_units
    used = sum(allowed(line) for line in counted)
    # Of the lines counted so far, in their order. A claim may have thousands of lines.
    claim_ids = {line.claim_id: None for line in counted}
    for line in (x for x in lines if not x.decided):
        rules = line.policy[own]
        left = max(rules.maximum_units[line.code] - used, 0.0)
        billed = max(allowed(line), 0.0)
        if billed > left:
            if (line.claim_id, line.line_number) not in encounter.around.fact(_counted_in_units):
                continue
            review = rules.review
            if review and line.documents.isdisjoint(rules.necessity_documents):
                review = None
            others = tuple(claim_id for claim_id in claim_ids if claim_id != line.claim_id)
            yield line, _finding(edit, line, rules, left, review, others)
            billed = billed if review else left
        used += billed
        claim_ids[line.claim_id] = None


def _counted_in_units(judged: Encounter) -> frozenset[tuple[str, int]]:
    """The lines of open claims that bill units of service, not minutes or days: claim and number.

    ``judged`` are all lines judged together.
    """
    claims = {line.claim_id: line.claim for line in judged.lines if line.claim is not None}
    return frozenset(
        [
            (claim_id, line.line_number)
            for claim_id, claim in claims.items()
            for line in claim.lines
            if line.unit_of_measure == UNIT
        ]
    )


def _finding(
    edit: Declared,
    line: EncounterLine,
    rules: Rules,
    left: float,
    review: Outcome | None,
    others: tuple[str, ...],
) -> EditFinding:
    maximum = rules.maximum_units[line.code]
    before = maximum - left
    taken = f", of which {before:g} {verb(before)} already used" if before else ""
    is_final = line.code in rules.further_codes or not rules.necessity_documents
    period = _PERIOD[edit.scope or Scope.ENCOUNTER]
    billed = (
        f"{line.code} was billed with {counted(line.units, 'units')}. The policy allows "
        f"{counted(maximum, 'units')} {period}{'' if is_final else ' without review'}{taken}."
    )
    remedy = _reviewed(edit, rules, review) if review else _excess(edit, line.code, rules, left)
    return rules.finding(
        review or rules.excess,
        line.line_number,
        f"{billed} {remedy}",
        allowed_units=None if review else left or None,
        related_claim_ids=others,
        section=rules.sections.get(line.code),
    )


def _reviewed(edit: Declared, rules: Rules, review: Outcome) -> str:
    if review.disposition is Disposition.PEND:
        return edit.message_on(rules.necessity_documents, _DOCUMENTS, "reviewed", _REVIEWED)
    if review.disposition is Disposition.PASS:
        return units_paid(review, 0.0)
    return "The line is denied with all its units."


def _excess(edit: Declared, code: str, rules: Rules, left: float) -> str:
    parts = [units_paid(rules.excess, left)]
    further = rules.further_codes.get(code)
    if further:
        parts.append(f"What goes beyond is billed with {further}, if it is not billed already.")
    elif rules.necessity_documents and rules.excess.disposition is Disposition.DENY:
        documents = join_words(words_of(rules.necessity_documents))
        about = rules.necessity_documents
        parts.append(edit.message_on(about, _DOCUMENTS, "for_more", _FOR_MORE, documents=documents))
    return " ".join(parts)


SHAPE = Shape(
    "maximum_units",
    Rules,
    make,
    messages={"reviewed": frozenset(), "for_more": frozenset({"documents"})},
    scopes=(Scope.ENCOUNTER, Scope.DAY),
)
