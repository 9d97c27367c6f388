"""Administration lines over several days, whose units belong to no day (6.21-P IV.A.1)."""

from stream_edits.domain.claim import ServiceLine
from stream_edits.domain.decision import Disposition
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome


class ItemizedDatesRules(EditRules):
    """Values of service_dates_not_itemized/policy.yaml."""

    several_days: Outcome


def covers_several_days(line: ServiceLine, policy: PolicyOnDate) -> bool:
    """Whether an administration line has a through date after its date of service."""
    return line.spans_days and line.procedure_code in policy[VocabularyRules].administration


def is_held(line: ServiceLine, policy: PolicyOnDate) -> bool:
    """Whether a line is held for its dates, so that no other edit judges it."""
    if not covers_several_days(line, policy):
        return False
    return policy[ItemizedDatesRules].several_days.disposition is Disposition.PEND
