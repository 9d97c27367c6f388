"""An administration line must be billed for one day (6.21-P IV.A.1)."""

from collections.abc import Callable, Iterator
from datetime import date

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import ClaimEdit
from stream_edits.policies.khs_6_21_p.vocabulary.itemized import (
    ItemizedDatesRules,
    covers_several_days,
)
from stream_edits.policies.on_date import PolicyOnDate


def judge(claim: ClaimEvent, on: Callable[[date], PolicyOnDate]) -> Iterator[EditFinding]:
    """Hold each administration line that covers several days; no other edit judges it."""
    for line in claim.lines:
        # The first test is the answer for nearly all lines.
        if line.service_date_through is None or claim.is_void:
            continue
        policy = on(line.service_date)
        if covers_several_days(line, policy):
            rules = policy[ItemizedDatesRules]
            yield rules.finding(
                rules.several_days,
                line.line_number,
                f"{line.procedure_code} was billed on one line for several days. The policy counts "
                "services by day, and the line does not show how many units belong to each. Send a "
                "replacement claim with one line for each day.",
            )


EDIT = ClaimEdit(
    "service-dates-not-itemized",
    ItemizedDatesRules,
    judge,
    holds=True,
    waits_for=WaitsFor.PROVIDER,
)
