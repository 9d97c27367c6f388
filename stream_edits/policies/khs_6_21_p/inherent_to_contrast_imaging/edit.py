"""Giving the contrast is part of the imaging study (6.21-P IV.B.5)."""

from collections.abc import Iterator, Sequence

from stream_edits.domain.decision import EditFinding
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    ContrastImagingRules,
    category_of,
    drug_lines,
)


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny infusions and pushes beside contrast imaging when nothing else was given."""
    imaging = [line for line in encounter.active if _shows_contrast(line)]
    if not imaging or encounter.fact(drug_lines):
        return
    for line in encounter.open:
        if line.code in line.policy[ContrastImagingRules].codes:
            yield line, _finding(line, imaging)


def _shows_contrast(line: EncounterLine) -> bool:
    rules = line.policy[ContrastImagingRules]
    return category_of(line) in rules.imaging | rules.contrast_agents


def _finding(line: EncounterLine, imaging: Sequence[EncounterLine]) -> EditFinding:
    rules = line.policy[ContrastImagingRules]
    study = min(imaging, key=lambda x: (category_of(x) not in rules.imaging, x.place))
    return rules.finding(
        rules.inherent,
        line.line_number,
        f"{line.code} was billed in the same encounter as {study.code} (contrast imaging), and no "
        "other drug was billed. Giving contrast by infusion or push is part of the imaging study "
        "and is not reported separately; take this line off. If another drug was given, bill the "
        "drug on its own line and this one with a separate-site modifier.",
        related_claim_ids=() if study.claim_id == line.claim_id else (study.claim_id,),
    )


EDIT = EncounterEdit(
    "inherent-to-contrast-imaging",
    Group.WRONG_USE,
    ContrastImagingRules,
    judge,
    scope=Scope.DAY,
    answerable=True,
)
