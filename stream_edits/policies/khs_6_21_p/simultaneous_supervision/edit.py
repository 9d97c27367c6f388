"""One physician cannot directly supervise two patients at once (6.21-P IV.B.6)."""

from collections.abc import Iterator, Sequence

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.messages import SupervisedTime
from stream_edits.domain.supervisor_state import SupervisedSlot
from stream_edits.policies.edit_types import SupervisionEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    overlap: Outcome


def judge(
    time: SupervisedTime, others: Sequence[SupervisedSlot], policy: PolicyOnDate
) -> Iterator[EditFinding]:
    """Deny a line whose time overlaps time that the same supervisor gives to another member."""
    rules = policy[Rules]
    if not others:
        return
    yield rules.finding(
        rules.overlap,
        time.line_number,
        f"{time.procedure_code} was given while the same physician was supervising the infusion "
        "of another patient (see the related claim). The policy pays it only when the physician "
        "supervises one patient at a time. If a time or the supervising provider is wrong, send a "
        "replacement claim.",
        related_claim_ids=tuple(dict.fromkeys(o.claim_id for o in others)),
    )


EDIT = SupervisionEdit("simultaneous-supervision", Rules, judge, waits_for=WaitsFor.PAYER)
