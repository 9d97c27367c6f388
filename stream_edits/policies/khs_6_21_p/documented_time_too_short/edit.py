"""The documented times must support a code and its units (6.21-P, code definitions)."""

import math
from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.clock import minutes
from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.policies.values.rules import EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml."""

    minutes_needed: dict[str, TimeNeeded]
    push_form: dict[str, str]
    too_short: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The codes that need documented time."""
        return frozenset(self.minutes_needed)


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Cut units back to those that the documented time supports; deny when it supports none."""
    rules = policy[Rules]
    needed = rules.minutes_needed.get(line.procedure_code)
    if needed is None or line.start_time is None or line.end_time is None:
        return
    documented = minutes(line.start_time, line.end_time)
    supported = needed.supported_units(documented)
    if line.units <= supported or not math.isfinite(line.units):
        return
    instead = None if supported else rules.push_form.get(line.procedure_code)
    yield rules.finding(
        rules.too_short,
        line.line_number,
        f"{line.procedure_code} was billed with {_units(line.units)} for {int(documented)} "
        f"documented minutes, but it needs {needed.in_words(line.units)} for that. "
        f"{_remedy(supported, instead)} If the times are wrong, send a replacement claim with the "
        "documented times.",
        recommended_code=instead,
        allowed_units=supported or None,
    )


def _remedy(supported: float, instead: str | None) -> str:
    if supported:
        verb = "is" if supported == 1 else "are"
        return f"{_units(supported)} {verb} allowed."
    if instead:
        return f"So short an infusion is billed as a push: bill {instead} instead."
    return "So short a service is not reported with this code; take the line off."


def _units(units: float) -> str:
    return f"{units:g} unit{'' if units == 1 else 's'}"


EDIT = LineEdit("documented-time-too-short", Rules, judge)
