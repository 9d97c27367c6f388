"""Administration lines over several days, whose units belong to no day (6.21-P IV.A.1)."""

from stream_edits.domain.claim import ServiceLine
from stream_edits.domain.decision import Disposition
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class ItemizedDatesRules(EditRules):
    """Values of service_dates_not_itemized/policy.yaml.

    ``solutions`` are codes of IV solutions, which the policy counts by day like administrations.
    """

    solutions: ProcedureCodes
    several_days: Outcome


def covers_several_days(line: ServiceLine, policy: PolicyOnDate) -> bool:
    """Whether an administration or solution has a through date after its date of service."""
    if not line.spans_days:
        return False
    code = line.procedure_code
    return (
        code in policy[VocabularyRules].administration
        or code in policy[ItemizedDatesRules].solutions
    )


def is_held(line: ServiceLine, policy: PolicyOnDate) -> bool:
    """Whether a line is held for its dates, so that no other edit judges it."""
    if not covers_several_days(line, policy):
        return False
    return policy[ItemizedDatesRules].several_days.disposition is Disposition.PEND
