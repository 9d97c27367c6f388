"""The values of the edit."""

from stream_edits.domain.claim import ClaimForm, ServiceLine
from stream_edits.policies.content.value import Categories
from stream_edits.policies.values.codes import CodeSet, FrequencyCodes, Modifier, Modifiers
from stream_edits.policies.values.rules import EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml.

    Two lines are not duplicates if only one of them has one of the ``repeat_modifiers`` or of the
    ``telling_modifiers``. A visit code of ``visits`` with ``further_visit`` on only one of the
    claims makes them two visits. ``imaging`` is never compared. The codes of ``any_drug`` stand for
    whichever drug the line names. ``late_charges`` are frequency codes.
    """

    repeat_modifiers: Modifiers
    telling_modifiers: Modifiers
    visits: CodeSet
    further_visit: Modifier
    imaging: Categories
    any_drug: CodeSet
    late_charges: FrequencyCodes
    duplicate: Outcome
    replaces_unknown: Outcome
    late_charge: Outcome

    def accompanies(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether the line bills a further visit of the day."""
        return self.further_visit in line.modifiers and line.procedure_code in self.visits
