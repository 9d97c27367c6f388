"""What is given into a vein for a procedure is part of it (6.21-P IV.B.5)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.inherent_to_contrast_imaging.rules import (
    Procedures,
    Rules,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    has_separate_site,
    requested,
    unanswered,
)
from stream_edits.policies.khs_6_21_p.vocabulary.local_anaesthesia import (
    without_local_anaesthesia,
)
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    category_of,
    claims_behind,
    drugs_given,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.ways import ANOTHER_DRUG, a_drug
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.clock import minutes
from stream_edits.policies.values.rules import Outcome
from stream_edits.policies.ways import Ways


class Shown(NamedTuple):
    """The procedures of a day, of which there may be thousands.

    ``kinds`` has each kind once. ``beside`` has, by the code of an infusion or push, the first
    procedure of each claim that includes it, in order, as a message names it. ``visits`` are the
    encounter keys of those with a procedure.
    """

    kinds: list[Procedures]
    beside: dict[str, dict[str, str]]
    visits: frozenset[str]


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny or hold infusions and pushes beside such a procedure if nothing else was given."""
    billed = [line for line in encounter.open if line.code in line.policy[Rules].codes]
    shown = encounter.fact(_procedures) if billed else _NONE
    if not shown.beside or encounter.fact(_has_another_drug):
        return
    take_long = any(kind.take_long for kind in shown.kinds)
    for line in billed:
        beside = shown.beside.get(line.code)
        if not beside or (not take_long and _is_long(line, encounter)):
            continue
        if not _is_apart(line, shown):
            yield line, _denial(line, beside)
        elif outcome := unanswered(line, line.policy[Rules].unexplained):
            yield line, _hold(line, beside, outcome)


_NONE = Shown([], {}, frozenset())


def _procedures(encounter: Encounter) -> Shown:
    found = [(x, kinds) for x in encounter.active if (kinds := _kinds(x.policy, x.code))]
    shown = _given_for(encounter, _into_a_vein(encounter, found)) if found else []
    if not shown:
        return _NONE
    every = {id(kind): kind for _, kinds in shown for kind in kinds.values()}
    beside: dict[str, dict[str, str]] = {}
    for line, kinds in shown:
        for name, kind in kinds.items():
            for code in kind.includes or line.policy[Rules].codes:
                beside.setdefault(code, {}).setdefault(line.claim_id, f"{line.code} ({name})")
    return Shown(list(every.values()), beside, frozenset(x.encounter_key for x, _ in shown))


_Found = list[tuple[EncounterLine, dict[str, Procedures]]]


def _into_a_vein(encounter: Encounter, found: _Found) -> _Found:
    """The procedures, without studies whose contrast the day shows to have been put elsewhere.

    The injection counts on a denied line too: it is not paid, but it says where the contrast went.
    """
    billed = {line.code for line in encounter.lines}
    return [x for x in found if _injections_for(x[0].policy, x[0].code).isdisjoint(billed)]


@lru_cache(maxsize=1 << 14)
def _injections_for(policy: PolicyOnDate, code: str) -> frozenset[str]:
    return policy[Rules].injections_for(code)


def _given_for(encounter: Encounter, found: _Found) -> _Found:
    """The procedures, without those that need a code of the day which is not there."""
    if not any(kind.only_with for _, kinds in found for kind in kinds.values()):
        return found
    billed = {category_of(x) for x in encounter.active}
    shown = []
    for line, kinds in found:
        left = {x: kind for x, kind in kinds.items() if not kind.only_with.isdisjoint(billed)}
        left |= {x: kind for x, kind in kinds.items() if not kind.only_with}
        if left:
            shown.append((line, left))
    return shown


@lru_cache(maxsize=1 << 14)
def _kinds(policy: PolicyOnDate, code: str) -> dict[str, Procedures]:
    category = policy[VocabularyRules].content.category_of(code)
    return {
        name: kind
        for name, kind in policy[Rules].procedures.items()
        if code in kind.codes or category in kind.categories
    }


@lru_cache(maxsize=64)
def _codes_of_procedures(policy: PolicyOnDate) -> frozenset[str]:
    """The codes of all kinds of procedures."""
    content, kinds = policy[VocabularyRules].content, policy[Rules].procedures.values()
    return frozenset(
        code for kind in kinds for code in (*kind.codes, *content.codes(*kind.categories))
    )


def _has_another_drug(encounter: Encounter) -> bool:
    """Whether the day has a drug that is not given for any of its procedures."""
    kinds = encounter.fact(_procedures).kinds
    given = without_local_anaesthesia(encounter, encounter.fact(drugs_given))
    return any(not any(kind.own(drug) for kind in kinds) for drug in given)


def _is_long(line: EncounterLine, encounter: Encounter) -> bool:
    """Whether the line bills an infusion that was too long for a bolus."""
    long = line.policy[Rules].long_infusion
    if line.code not in long.codes:
        return False
    if line.start and line.end and minutes(line.start, line.end) > long.more_than_minutes:
        return True
    return not encounter.fact(_codes_of_visits)[line.encounter_key].isdisjoint(
        long.additional_hours
    )


def _codes_of_visits(encounter: Encounter) -> dict[str, set[str]]:
    """The codes of the active lines of each visit of the day."""
    found: dict[str, set[str]] = {}
    for line in encounter.active:
        found.setdefault(line.encounter_key, set()).add(line.code)
    return found


def _is_apart(line: EncounterLine, shown: Shown) -> bool:
    """Whether the line was billed as given apart from the procedures: at another site, or in a
    second visit that has none of them."""
    if has_separate_site(line):
        return True
    return line.visit.is_second and line.encounter_key not in shown.visits


def _named(line: EncounterLine, beside: dict[str, str]) -> str:
    """The procedure to name in a message, preferably one of the line's own claim."""
    return beside.get(line.claim_id) or next(iter(beside.values()))


def _denial(line: EncounterLine, beside: dict[str, str]) -> EditFinding:
    rules = line.policy[Rules]
    return rules.finding(
        rules.inherent,
        line.line_number,
        f"{line.code} was billed on the day of {_named(line, beside)}, and no drug other than "
        "those of that procedure was billed. An infusion or push that is part of it is not "
        "reported separately; take this line off. If another drug was given, bill it on a "
        "line of its own.",
        related_claim_ids=claims_behind(line, beside),
    )


def _hold(line: EncounterLine, beside: dict[str, str], outcome: Outcome) -> EditFinding:
    drug = "that drug" if outcome.requests else ANOTHER_DRUG
    remedy = requested(outcome, "which other drug was given", f"bill {drug} on a line of its own")
    return line.policy[Rules].finding(
        outcome,
        line.line_number,
        f"{line.code} was billed with a modifier that sets it apart from {_named(line, beside)}, "
        "but no drug other than those of that procedure was billed. An infusion or push that is "
        f"part of the procedure is not reported separately. {remedy}.",
        related_claim_ids=claims_behind(line, beside),
    )


EDIT = EncounterEdit(
    "inherent-to-contrast-imaging",
    Group.WRONG_USE,
    Rules,
    judge,
    scope=Scope.DAY,
    beside=_codes_of_procedures,
    answerable=True,
    waits_for=WaitsFor.PROVIDER,
    ways=Ways(services=a_drug, services_in_words=ANOTHER_DRUG),
)
