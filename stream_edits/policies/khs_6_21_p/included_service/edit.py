"""What makes an infusion or injection possible is paid with it (6.21-P, code definitions)."""

from collections.abc import Iterator, Sequence

from stream_edits.domain.decision import EditFinding
from stream_edits.policies.content.category import Category
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration, has_separate_site
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    IncludedServiceRules,
    category_of,
    drug_lines,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.text import join_words


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny included services beside an administration, related supplies beside a solution."""
    for line in encounter.open:
        rules = line.policy[IncludedServiceRules]
        kind = category_of(line)
        if kind not in rules.included:
            continue
        if has_separate_site(line) and line.code not in rules.never_separate:
            continue
        if kind is Category.LOCAL_ANAESTHETIC and not encounter.fact(_has_another_drug):
            continue
        beside = _includes(encounter.active, line, rules)
        if beside is not None:
            yield line, _finding(line, kind, beside)


def _has_another_drug(encounter: Encounter) -> bool:
    kinds = {category_of(line) for line in encounter.fact(drug_lines)}
    return bool(kinds - {Category.LOCAL_ANAESTHETIC})


def _includes(
    lines: Sequence[EncounterLine], item: EncounterLine, rules: IncludedServiceRules
) -> EncounterLine | None:
    """The line that includes an item, preferably of the same claim, or None."""
    including = [
        line
        for line in lines
        if administration(line) is not None
        or (line.code in rules.solutions and category_of(item) in rules.related_supplies)
    ]
    return min(including, key=lambda x: (x.claim_id != item.claim_id, x.place), default=None)


def _finding(line: EncounterLine, kind: str, beside: EncounterLine) -> EditFinding:
    rules = line.policy[IncludedServiceRules]
    remedy = (
        "No modifier makes it payable in the same encounter."
        if line.code in rules.never_separate
        else "If it had nothing to do with that service, bill it with modifier "
        f"{join_words(line.policy[VocabularyRules].separate_site_modifiers)}."
    )
    return rules.finding(
        rules.bundled,
        line.line_number,
        f"{line.code} ({kind}) was billed in the same encounter as {beside.code}. The policy "
        f"includes it in that service and does not pay it separately; take it off. {remedy}",
        related_claim_ids=() if beside.claim_id == line.claim_id else (beside.claim_id,),
    )


EDIT = EncounterEdit(
    "included-service", Group.WRONG_USE, IncludedServiceRules, judge, scope=Scope.DAY
)
