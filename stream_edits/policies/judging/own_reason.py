"""The reason codes that an edit itself denies with, for a review that names none."""

from datetime import date
from typing import NamedTuple

from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.rules import Outcome


class ReasonCodes(NamedTuple):
    """A CARC, None if there is none, and its RARCs."""

    carc: str | None = None
    rarcs: tuple[str, ...] = ()


def own_reason(policies: Policies, finding: EditFinding, day: date) -> ReasonCodes:
    """The codes of the finding or, where a review has cleared them, those of its edit on a day.

    An edit with several outcomes gives those of its denial, else of the first that has any.
    """
    if finding.carc is not None:
        return ReasonCodes(finding.carc, finding.rarcs)
    policy = policies.of(finding)
    values = None if policy is None else policy.values.get(finding.edit_id)
    if policy is None or values is None:
        return ReasonCodes()
    found = [x for x in vars(policy.on(day)[values.rules]).values() if isinstance(x, Outcome)]
    with_code = [x for x in found if x.carc is not None]
    denials = [x for x in with_code if x.disposition is Disposition.DENY]
    for outcome in denials + with_code:
        return ReasonCodes(outcome.carc, outcome.rarcs)
    return ReasonCodes()
