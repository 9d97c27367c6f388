"""Which line of a visit is to be its initial chemotherapy."""

from collections.abc import Container

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import has_separate_site
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Role, VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate


class LeadingLines:
    """The line of each visit of a day that is to be its initial chemotherapy, worked out once."""

    def __init__(self, encounter: Encounter) -> None:
        self._visits: dict[str, list[EncounterLine]] = {}
        self._known: dict[tuple[PolicyOnDate, str], EncounterLine | None] = {}
        for line in encounter.lines:
            self._visits.setdefault(line.encounter_key, []).append(line)

    def of_visit(self, line: EncounterLine, codes: Container[str]) -> EncounterLine | None:
        """That line of a line's visit, by its policy; None if none is to be.

        ``codes`` are the policy's infusion codes that have a chemotherapy code.
        """
        asked = (line.policy, line.encounter_key)
        if asked not in self._known:
            roles = line.policy[VocabularyRules].administration
            ranked = [
                (roles[x.code].role, x)
                for x in self._visits[line.encounter_key]
                if x.code in codes and x.code in roles and not has_separate_site(x)
            ]
            initial = [x for role, x in ranked if role is Role.INITIAL]
            leading = initial or [x for role, x in ranked if role is Role.SEQUENTIAL]
            self._known[asked] = leading[0] if leading else None
        return self._known[asked]
