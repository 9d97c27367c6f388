"""Units of service in messages."""

from stream_edits.domain.decision import Disposition
from stream_edits.policies.values.rules import Outcome
from stream_edits.text import counted, verb


def units_paid(outcome: Outcome, supported: float) -> str:
    """What becomes of a line that is billed with more units than are ``supported``.

    Only a DENY cuts units back (``EditRules.finding``). A plan may have changed it to PEND or PASS.
    """
    if outcome.disposition is Disposition.PEND:
        return "The line is held with all its units."
    if outcome.disposition is Disposition.PASS:
        return "The line passes with all its units."
    if not supported:
        return "No unit is left for this line."
    return f"{counted(supported, 'units')} {verb(supported)} allowed."
