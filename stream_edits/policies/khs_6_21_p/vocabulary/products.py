"""The drug lines of an encounter (6.21-P IV.B.4, IV.B.5).

Contrast agents, and items included in an administration, do not count as drugs. The lists of both
are values of the edits ``inherent-to-contrast-imaging`` and ``included-service``.
"""

from functools import cached_property

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome, ProcedureCodes


class ContrastImagingRules(EditRules):
    """Values of inherent_to_contrast_imaging/policy.yaml."""

    codes: ProcedureCodes
    imaging: ProcedureCodes
    contrast_agents: ProcedureCodes
    inherent: Outcome


class IncludedServiceRules(EditRules):
    """Values of included_service/policy.yaml. ``included`` holds the codes of each kind of item."""

    included: dict[str, CodeSet]
    local_anaesthetics: ProcedureCodes
    solutions: ProcedureCodes
    related_supplies: ProcedureCodes
    never_separate: ProcedureCodes
    bundled: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The included codes and the solutions that include supplies."""
        return super().governed_codes().union(*self.included.values())

    def kind_of(self, code: str) -> str | None:
        """The kind of item that an included code bills, None for any other code."""
        return self._kinds.get(code)

    @cached_property
    def _kinds(self) -> dict[str, str]:
        kinds = {code: kind for kind, codes in self.included.items() for code in codes}
        return kinds | dict.fromkeys(self.local_anaesthetics, "local anaesthesia")


def drug_lines(encounter: Encounter) -> list[EncounterLine]:
    """The active lines that bill a drug: by its code, or by an NDC or drug name on another code.

    Blood products, vaccines, plain fluids, contrast and included items do not count as drugs, even
    with an NDC.
    """
    return [line for line in encounter.active if _is_drug(line)]


def _is_drug(line: EncounterLine) -> bool:
    words = line.policy[VocabularyRules]
    if administration(line) is not None or not (line.names_drug or line.code in words.drugs):
        return False
    return not (
        line.code in words.blood_products
        or line.code in words.vaccines
        or line.code in words.vaccine_administration
        or line.code in words.fluids
        or _is_part_of_something(line.code, line.policy)
    )


def _is_part_of_something(code: str, policy: PolicyOnDate) -> bool:
    imaging, included = policy[ContrastImagingRules], policy[IncludedServiceRules]
    if code in imaging.imaging or code in imaging.contrast_agents or code in included.solutions:
        return True
    return included.kind_of(code) is not None
