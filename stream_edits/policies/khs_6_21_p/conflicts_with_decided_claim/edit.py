"""A later claim may show that a decided one has the wrong initial service (6.21-P IV.B.2)."""

from collections.abc import Iterator

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import initial_code
from stream_edits.policies.khs_6_21_p.vocabulary.initial_service import (
    initial_services,
    rebilling,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import has_separate_site, initials
from stream_edits.policies.khs_6_21_p.vocabulary.one_unit import one_unit
from stream_edits.policies.khs_6_21_p.vocabulary.outranking import outranking_add_on, rank_in
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.ways import forms, separate_site
from stream_edits.policies.values.rules import EditRules, Outcome
from stream_edits.policies.ways import Ways


class Rules(EditRules):
    """Values of policy.yaml."""

    conflict: Outcome


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Pend what ranks above the initial service of a claim already decided."""
    # A list is quicker than `any` with a generator, and this is asked of every encounter.
    if True not in [line.decided for line in encounter.lines]:
        return
    services = encounter.fact(initial_services)
    decided = services.leading
    if decided is None or not decided.decided:
        return
    if not encounter.is_active(decided):
        # Nothing was paid for it, and its own finding says what to bill.
        decided = _paid_initial(encounter)
        if decided is None:
            return
    if services.overruled and _stays_paid(encounter, services.overruled):
        code = encounter.code_of(decided)
        yield services.overruled, _outranking_initial(services.overruled, decided, code)
        return
    claims: dict[str, list[EncounterLine]] = {}
    for line in encounter.open:
        claims.setdefault(line.claim_id, []).append(line)
    for own in claims.values():
        added = outranking_add_on(encounter, decided, own)
        if added is not None:
            yield added, _outranking_add_on(added, decided, encounter.code_of(decided))


def _stays_paid(encounter: Encounter, overruled: EncounterLine) -> bool:
    """Whether neither an earlier edit denies the line nor an add-on that ranks above it.

    The finding of a denied line says what to bill, and holds nothing.
    """
    return encounter.is_active(overruled) and encounter.fact(rebilling).leads is None


def _paid_initial(encounter: Encounter) -> EncounterLine | None:
    """The first of the highest-ranked paid initial services of the first site."""
    paid = [x for x in initials(encounter) if x.decided and encounter.is_active(x)]
    plain = [x for x in paid if not has_separate_site(x)]
    return min(plain, key=lambda x: (rank_in(encounter, x), x.place), default=None)


def _outranking_initial(line: EncounterLine, decided: EncounterLine, code: str) -> EditFinding:
    """``code`` is the one that the decided line counts as, here and below."""
    visits = line.policy[VocabularyRules].visits
    return _finding(
        line,
        decided,
        f"{line.code} was billed as the initial service, but {_whose(line, decided)} has "
        f"{code} as the initial service of this encounter. The policy allows one, and "
        f"{line.code} comes first. {_replaced(line, decided, code)}. If "
        "protocol required a second site, bill this line with a "
        "separate-site modifier and the justification; bill the lines of a second visit that day "
        f"with {visits.second_visit}.",
    )


def _outranking_add_on(line: EncounterLine, decided: EncounterLine, code: str) -> EditFinding:
    initial = initial_code(line, line.code) or "the initial code"
    return _finding(
        line,
        decided,
        f"{line.code} was billed as an added service, but it ranks above {code}, which "
        f"{_whose(line, decided)} has as the initial service of this encounter. The policy wants "
        f"the highest-ranked service as the initial one. Bill {initial} instead of "
        f"{one_unit(line.code, line.units)}. {_replaced(line, decided, code)}.",
    )


def _whose(line: EncounterLine, decided: EncounterLine) -> str:
    """The claim of the decided line. A review may reopen another line of the same claim."""
    own = line.claim_id == decided.claim_id
    return "a line of this claim that is already paid" if own else "a claim already decided"


def _replaced(line: EncounterLine, decided: EncounterLine, code: str) -> str:
    if line.claim_id == decided.claim_id:
        return f"Send a replacement of this claim{_corrected(decided, code)}"
    return (
        f"Replace the earlier claim{_corrected(decided, code)} (see the related claim); this one "
        "is then decided again"
    )


def _corrected(decided: EncounterLine, code: str) -> str:
    instead = decided.policy[VocabularyRules].add_on_form.get(code)
    return f" with {instead} instead of {decided.code}" if instead else f" without {decided.code}"


def _finding(line: EncounterLine, decided: EncounterLine, message: str) -> EditFinding:
    rules = line.policy[Rules]
    other = () if line.claim_id == decided.claim_id else (decided.claim_id,)
    return rules.finding(rules.conflict, line.line_number, message, related_claim_ids=other)


EDIT = EncounterEdit(
    "conflicts-with-decided-claim",
    Group.SEQUENCE,
    Rules,
    judge,
    only_on=lambda policy: policy[VocabularyRules].initials | policy[VocabularyRules].add_ons,
    waits_for=WaitsFor.PAYER,
    ways=Ways(forms=forms, modifiers=separate_site),
)
