"""The values of the edit."""

from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.policies.values.codes import CodeKey, CodeSet, Modifiers, ProcedureCode
from stream_edits.policies.values.rules import EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml.

    Lines with one of ``discontinued_modifiers`` are not judged. ``push_form`` is the push code of
    an infusion that was too short, where another initial service stands. All lines with one of
    ``measured_together`` in an encounter are one run.
    """

    minutes_needed: dict[CodeKey, TimeNeeded]
    discontinued_modifiers: Modifiers
    measured_together: CodeSet
    push_form: dict[CodeKey, ProcedureCode]
    too_short: Outcome
    cut_back: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The codes that need documented time."""
        return frozenset(self.minutes_needed)
