"""What makes an infusion or injection possible is paid with it (6.21-P, code definitions)."""

from collections.abc import Iterator
from functools import cached_property, lru_cache

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.content.category import Category
from stream_edits.policies.content.value import Categories
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    administration,
    has_separate_site,
    services_beside,
)
from stream_edits.policies.khs_6_21_p.vocabulary.local_anaesthesia import (
    administrations,
    other_drugs,
    others_explain_all,
)
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    claims_behind,
    count_drugs,
    is_item_or_administration,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.ways import separate_site
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.codes import CodeRanges, CodeSet, RevenueCodes, form_of
from stream_edits.policies.values.rules import EditRules, Outcome
from stream_edits.policies.ways import Ways
from stream_edits.text import join_words

# The first line of each claim among some lines, by claim id: all that a finding says of them.
_FirstLines = dict[str, EncounterLine]


class Rules(EditRules):
    """Values of policy.yaml.

    ``included`` are the kinds of item that an administration includes, ``related_supplies`` those
    that ``solutions`` include. An item ``used_in_procedures`` may be for one of the ``procedures``,
    given as first and last code, unless that is ``access`` to a vein, or for what a room of
    ``procedure_revenue`` was used for. No modifier sets the codes ``never_separate`` apart.
    ``pump_supplies`` may be for a pump that the patient takes home.
    """

    included: Categories
    used_in_procedures: Categories
    procedures: CodeRanges
    procedure_revenue: RevenueCodes
    access: CodeSet
    solutions: CodeSet
    related_supplies: Categories
    never_separate: CodeSet
    pump_supplies: CodeSet
    bundled: Outcome

    def explains(self, procedure_code: str, revenue_code: str) -> bool:
        """Whether a line may bill a procedure in which an included item was used.

        A hospital bills the room of a procedure with a code as often as without one. An item or an
        administration posted to a room says nothing: ``is_item_or_administration``.
        """
        if procedure_code in self.access:
            return False
        return revenue_code in self.procedure_revenue or self.is_procedure(procedure_code)

    def is_procedure(self, code: str) -> bool:
        """Whether a code is one of the procedures."""
        ranges = self._ranges.get(form_of(code), ())
        return code not in self.access and any(x <= code <= y for x, y in ranges)

    @cached_property
    def _ranges(self) -> dict[str, list[tuple[str, str]]]:
        """The first and last codes by the form of the codes."""
        ranges: dict[str, list[tuple[str, str]]] = {}
        for each in self.procedures.items():
            ranges.setdefault(form_of(each[0]), []).append(each)
        return ranges


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny included services beside an administration, related supplies beside a solution."""
    policy, kinds = None, dict[str, Category]()
    for line in encounter.open:
        if line.policy is not policy:
            policy = line.policy
            kinds = _included_codes(policy)
        if line.code not in kinds:
            continue
        kind = kinds[line.code]
        including = _including(line, kind, encounter)
        if not including:
            continue
        if kind in line.policy[Rules].used_in_procedures and encounter.fact(_has_procedure):
            continue
        if line.code in line.policy[Rules].pump_supplies and encounter.fact(_has_pump_worn_home):
            continue
        if kind is not Category.LOCAL_ANAESTHETIC:
            yield line, _finding(line, kind, including, ())
        elif encounter.fact(others_explain_all):
            yield line, _finding(line, kind, including, _further_claims(line, encounter))


@lru_cache(maxsize=64)
def _included_codes(policy: PolicyOnDate) -> dict[str, Category]:
    """The codes of included items, and the kind of each."""
    content = policy[VocabularyRules].content
    return {code: kind for kind in policy[Rules].included for code in content.codes(kind)}


def _including(item: EncounterLine, kind: Category, encounter: Encounter) -> _FirstLines:
    """The lines that include an item, as far as a finding names them."""
    rules = item.policy[Rules]
    may_be_apart = item.code not in rules.never_separate
    if may_be_apart and has_separate_site(item):
        return {}
    # An item of a second visit is apart from the other visits of the day, but not from its own.
    only_visit = item.encounter_key if may_be_apart and item.visit.is_second else None
    with_solutions = item.policy if kind in rules.related_supplies else None
    return encounter.fact(_Including).lines(with_solutions, only_visit)


class _Including:
    """The lines of an encounter that include items, worked out once for all items of a kind."""

    def __init__(self, encounter: Encounter) -> None:
        self._active = encounter.active
        self._known: dict[tuple[PolicyOnDate | None, str | None], _FirstLines] = {}

    def lines(self, policy: PolicyOnDate | None, only_visit: str | None) -> _FirstLines:
        """Administrations, with a policy also its solutions; of all visits or only of one."""
        asked = (policy, only_visit)
        if asked not in self._known:
            solutions = policy[Rules].solutions if policy else ()
            firsts: _FirstLines = {}
            for line in self._active:
                if only_visit not in (None, line.encounter_key):
                    continue
                if line.code in solutions or administration(line) is not None:
                    first = firsts.setdefault(line.claim_id, line)
                    if line.place < first.place:
                        firsts[line.claim_id] = line
            self._known[asked] = firsts
        return self._known[asked]


def _has_procedure(encounter: Encounter) -> bool:
    """Whether the day's claims bill a procedure that the included item may have been for."""
    policy = encounter.lines[0].policy
    rules = policy[Rules]
    return any(
        rules.is_procedure(code)
        or (rules.explains(code, revenue_code) and not is_item_or_administration(policy, code))
        for code, revenue_code in encounter.fact(services_beside)
    )


def _has_pump_worn_home(encounter: Encounter) -> bool:
    """Whether the day has a pump that the patient takes home."""
    return any(x.code in x.policy[VocabularyRules].visits.worn_home for x in encounter.active)


def _drugs_of_claims(encounter: Encounter) -> dict[str, int]:
    """How many different drugs other than a local anaesthetic each claim names, if any."""
    by_claim: dict[str, list[EncounterLine]] = {}
    for drug in encounter.fact(other_drugs):
        by_claim.setdefault(drug.claim_id, []).append(drug)
    return {claim_id: count_drugs(drugs) for claim_id, drugs in by_claim.items()}


def _further_claims(item: EncounterLine, encounter: Encounter) -> tuple[str, ...]:
    """The other claims whose drugs are needed to explain every administration."""
    drugs = encounter.fact(_drugs_of_claims)
    if drugs.get(item.claim_id, 0) >= encounter.fact(administrations):
        return ()
    return tuple(drugs.keys() - {item.claim_id})


def _finding(
    line: EncounterLine,
    kind: Category,
    including: _FirstLines,
    further_claims: tuple[str, ...],
) -> EditFinding:
    rules = line.policy[Rules]
    beside = including.get(line.claim_id) or min(including.values(), key=lambda x: x.place)
    remedy = (
        "No modifier makes it payable on the same day."
        if line.code in rules.never_separate
        else "If it had nothing to do with that service, bill it with modifier "
        f"{join_words(line.policy[VocabularyRules].separate_site_modifiers)}."
    )
    return rules.finding(
        rules.bundled,
        line.line_number,
        f"{line.code} ({kind}) was billed on the same day as {beside.code}. The policy includes it "
        f"in that service and does not pay it separately; take it off. {remedy}",
        related_claim_ids=tuple(sorted({*claims_behind(line, including), *further_claims})),
    )


EDIT = EncounterEdit(
    "included-service",
    Group.WRONG_USE,
    Rules,
    judge,
    scope=Scope.DAY,
    answerable=True,
    only_on=lambda policy: frozenset(_included_codes(policy)),
    waits_for=WaitsFor.PROVIDER,
    ways=Ways(modifiers=separate_site),
)
